using System.Runtime.InteropServices;

namespace Kernels;

/// <summary>Host memory: either owned and 64-byte aligned, or a window on memory owned by someone else (a mapped file).</summary>
public sealed unsafe class CpuBuffer : DeviceBuffer
{
    private readonly bool _owned;
    private byte* _pointer;

    internal CpuBuffer(CpuDevice device, long byteLength) : base(device, byteLength)
    {
        var room = HugePages.Room(byteLength);
        var isLarge = room >= HugePages.Bytes;
        _pointer = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(room, 64), (nuint)(isLarge ? HugePages.Bytes : 64));
        if (isLarge) HugePages.Ask(_pointer, (nuint)room);
        NativeMemory.Clear(_pointer, (nuint)byteLength);
        _owned = true;
        device.Account(byteLength);
    }

    /// <summary>Wraps memory that outlives the buffer, such as a memory-mapped weight file.</summary>
    public CpuBuffer(CpuDevice device, byte* pointer, long byteLength) : base(device, byteLength) => _pointer = pointer;

    /// <summary>The first byte.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer == null, this);
            return _pointer;
        }
    }

    /// <inheritdoc/>
    public override void CopyFrom(ReadOnlySpan<byte> source, long byteOffset = 0)
    {
        CheckRange(byteOffset, source.Length);
        source.CopyTo(new Span<byte>(Pointer + byteOffset, source.Length));
    }

    /// <inheritdoc/>
    public override void CopyTo(Span<byte> destination, long byteOffset = 0)
    {
        CheckRange(byteOffset, destination.Length);
        new ReadOnlySpan<byte>(Pointer + byteOffset, destination.Length).CopyTo(destination);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_pointer == null) return;
        if (_owned)
        {
            NativeMemory.AlignedFree(_pointer);
            Device.Account(-ByteLength);
        }

        _pointer = null;
    }
}
