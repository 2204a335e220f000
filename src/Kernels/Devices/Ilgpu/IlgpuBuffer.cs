using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Memory of an ILGPU accelerator.</summary>
internal sealed class IlgpuBuffer : DeviceBuffer
{
    private readonly IlgpuDevice _device;
    private MemoryBuffer1D<byte, Stride1D.Dense>? _memory;

    public IlgpuBuffer(IlgpuDevice device, long byteLength) : base(device, byteLength)
    {
        _device = device;
        using var access = device.Enter();
        try
        {
            // Rounded up so that views of wider elements cover the last, partial one.
            _memory = device.Accelerator.Allocate1D<byte>(Math.Max(64, (byteLength + 63) / 64 * 64));
            _memory.MemSetToZero(device.Stream);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            _memory?.Dispose();
            throw new OutOfMemoryException(
                $"{device.Name} could not reserve {byteLength} bytes ({device.AllocatedBytes} are held already): {exception.Message}", exception);
        }

        device.Account(byteLength);
    }

    /// <summary>The memory seen as elements of <typeparamref name="T"/>.</summary>
    public ArrayView<T> View<T>() where T : unmanaged => Memory.View.BaseView.Cast<T>();

    /// <summary>Device address of the first byte.</summary>
    public ulong Address => (ulong)Memory.NativePtr;

    private MemoryBuffer1D<byte, Stride1D.Dense> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_memory is null, this);
            return _memory;
        }
    }

    public override void CopyFrom(ReadOnlySpan<byte> source, long byteOffset = 0)
    {
        CheckRange(byteOffset, source.Length);
        if (source.IsEmpty) return;
        using var access = _device.Enter();
        Memory.View.SubView(byteOffset, source.Length).CopyFromCPU(_device.Stream, source);
        _device.Stream.Synchronize();
    }

    public override void CopyTo(Span<byte> destination, long byteOffset = 0)
    {
        CheckRange(byteOffset, destination.Length);
        if (destination.IsEmpty) return;
        using var access = _device.Enter();
        Memory.View.SubView(byteOffset, destination.Length).CopyToCPU(_device.Stream, destination);
        _device.Stream.Synchronize();
    }

    public override void Dispose()
    {
        if (_memory is null) return;
        using (_device.Enter())
        {
            // Queued work may still read the memory.
            _device.Stream.Synchronize();
            _memory.Dispose();
        }

        _memory = null;
        Device.Account(-ByteLength);
    }
}
