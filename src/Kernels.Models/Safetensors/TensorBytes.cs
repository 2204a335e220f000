using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Kernels.Models;

/// <summary>The bytes of one tensor, mapped from its file until disposed.</summary>
/// <remarks>Each tensor is mapped on its own so that its pages leave memory once it has been packed.</remarks>
public sealed unsafe class TensorBytes : IDisposable
{
    private readonly MemoryMappedViewAccessor? _view;
    private readonly string _what;
    private readonly bool _ownsMemory;
    private byte* _pointer;

    internal TensorBytes(string what, MemoryMappedViewAccessor view, long byteLength)
    {
        _what = what;
        _view = view;
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _pointer = start + view.PointerOffset;
        ByteLength = byteLength;
    }

    internal TensorBytes(string what, byte* pointer, long byteLength, bool ownsMemory = false)
    {
        _what = what;
        _pointer = pointer;
        _ownsMemory = ownsMemory;
        ByteLength = byteLength;
    }

    /// <summary>Memory of its own, all zeros.</summary>
    internal static TensorBytes Allocate(string what, long byteLength)
    {
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)byteLength, 64);
        NativeMemory.Clear(memory, (nuint)byteLength);
        return new TensorBytes(what, memory, byteLength, ownsMemory: true);
    }

    /// <summary>Bytes of the tensor.</summary>
    public long ByteLength { get; }

    /// <summary>The first byte; valid until the view is disposed.</summary>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer == null, this);
            return _pointer;
        }
    }

    /// <summary>The bytes as a span; valid until the view is disposed.</summary>
    /// <exception cref="ModelException">The tensor has 2³¹ bytes or more.</exception>
    public ReadOnlySpan<byte> Span => ByteLength <= int.MaxValue
        ? new(Pointer, (int)ByteLength)
        : throw new ModelException(_what, "size", $"{ByteLength} bytes", $"one tensor may have up to {int.MaxValue} bytes here",
            "Choose a model with smaller matrices.");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_pointer == null) return;
        if (_ownsMemory) NativeMemory.AlignedFree(_pointer);
        _pointer = null;
        if (_view is null) return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
    }
}
