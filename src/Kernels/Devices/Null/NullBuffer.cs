namespace Kernels;

/// <summary>A length without memory.</summary>
internal sealed class NullBuffer : DeviceBuffer
{
    private bool _disposed;

    public NullBuffer(NullDevice device, long byteLength) : base(device, byteLength) => device.Account(byteLength);

    public override void CopyFrom(ReadOnlySpan<byte> source, long byteOffset = 0) => CheckRange(byteOffset, source.Length);

    public override void CopyTo(Span<byte> destination, long byteOffset = 0)
    {
        CheckRange(byteOffset, destination.Length);
        destination.Clear();
    }

    public override void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Device.Account(-ByteLength);
    }
}
