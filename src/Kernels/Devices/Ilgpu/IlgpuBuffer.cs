using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Memory of an ILGPU accelerator.</summary>
internal sealed class IlgpuBuffer : DeviceBuffer
{
    private readonly IlgpuDevice _device;
    private readonly long _capacity;
    private MemoryBuffer1D<byte, Stride1D.Dense>? _memory;

    public IlgpuBuffer(IlgpuDevice device, long byteLength) : base(device, byteLength)
    {
        _device = device;
        // Rounded up so that views of wider elements cover the last, partial one.
        _capacity = Math.Max(64, (byteLength + 63) / 64 * 64);
        using var access = device.EnterForCopies("an allocation");
        _memory = device.Reserve(byteLength, _capacity);
        View<byte>().MemSetToZero(device.Stream);
        device.Account(byteLength);
    }

    /// <summary>The memory seen as elements of <typeparamref name="T"/>.</summary>
    public ArrayView<T> View<T>() where T : unmanaged => Memory.View.BaseView.SubView(0, _capacity).Cast<T>();

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
        using var access = _device.EnterForCopies("a copy from the host");
        if (_device.Queue is { } queue)
        {
            queue.Upload(source, Memory.NativePtr + (nint)byteOffset);
            return;
        }

        Memory.View.SubView(byteOffset, source.Length).CopyFromCPU(_device.Stream, source);
        _device.Stream.Synchronize();
    }

    public override void CopyTo(Span<byte> destination, long byteOffset = 0)
    {
        CheckRange(byteOffset, destination.Length);
        if (destination.IsEmpty) return;
        using var access = _device.EnterForCopies("a copy to the host");
        if (_device.Queue is { } queue)
        {
            queue.Download(Memory.NativePtr + (nint)byteOffset, destination);
            return;
        }

        Memory.View.SubView(byteOffset, destination.Length).CopyToCPU(_device.Stream, destination);
        _device.Stream.Synchronize();
    }

    public override void Dispose()
    {
        if (_memory is null) return;
        using (_device.Enter()) _device.Release(_memory);
        _memory = null;
        Device.Account(-ByteLength);
    }
}
