namespace Kernels;

/// <summary>A block of memory on one device.</summary>
public abstract class DeviceBuffer : IDisposable
{
    /// <summary>Creates a buffer of <paramref name="device"/>.</summary>
    protected DeviceBuffer(Device device, long byteLength)
    {
        Device = device;
        ByteLength = byteLength;
    }

    /// <summary>The device that holds the bytes.</summary>
    public Device Device { get; }

    /// <summary>Length in bytes.</summary>
    public long ByteLength { get; }

    /// <summary>Copies from host memory; done when the call returns.</summary>
    public abstract void CopyFrom(ReadOnlySpan<byte> source, long byteOffset = 0);

    /// <summary>Waits for queued work, then copies to host memory.</summary>
    public abstract void CopyTo(Span<byte> destination, long byteOffset = 0);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Refuses a range outside the buffer.</summary>
    protected void CheckRange(long byteOffset, long byteCount)
    {
        if (byteOffset < 0 || byteCount < 0 || byteOffset > ByteLength - byteCount)
            throw new ArgumentOutOfRangeException(
                nameof(byteOffset), byteOffset,
                $"{byteCount} bytes at offset {byteOffset} do not fit a buffer of {ByteLength} bytes on {Device.Name}.");
    }
}
