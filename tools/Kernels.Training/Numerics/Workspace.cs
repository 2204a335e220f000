using System.Runtime.InteropServices;

namespace Kernels.Training.Numerics;

/// <summary>A zeroed, 64-byte aligned block of floats outside the managed heap.</summary>
internal sealed unsafe class Workspace : IDisposable
{
    private float* _pointer;

    public Workspace(long length)
    {
        Length = length;
        _pointer = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(length * sizeof(float), 64), 64);
        NativeMemory.Clear(_pointer, (nuint)(length * sizeof(float)));
    }

    /// <summary>Floats held.</summary>
    public long Length { get; }

    /// <summary>The first float.</summary>
    public float* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer == null, this);
            return _pointer;
        }
    }

    /// <summary>The block as a span; at most 2³¹ floats.</summary>
    public Span<float> Span => new(Pointer, checked((int)Length));

    public void Dispose()
    {
        if (_pointer == null) return;
        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
    }
}
