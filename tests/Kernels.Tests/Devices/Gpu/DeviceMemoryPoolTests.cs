using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Xunit;

namespace Kernels.Tests.Devices.Gpu;

public sealed class DeviceMemoryPoolTests : IDisposable
{
    private readonly Context _context = Context.Create(builder => builder.CPU(CPUDevice.Default));
    private readonly Accelerator _accelerator;
    private readonly DeviceMemoryPool _pool;
    private long _asked, _limit = long.MaxValue;
    private int _released;

    public DeviceMemoryPoolTests()
    {
        _accelerator = _context.CreateCPUAccelerator(0);
        _pool = new DeviceMemoryPool(
            bytes =>
            {
                if (_asked + bytes > _limit) throw new OutOfMemoryException("no room");
                _asked += bytes;
                return _accelerator.Allocate1D<byte>(bytes);
            },
            memory =>
            {
                _released++;
                _asked -= memory.Length;
                memory.Dispose();
            });
    }

    [Fact]
    public void Memory_taken_back_is_handed_out_again_where_it_fits()
    {
        var first = _pool.Rent(1024);
        _pool.Return(first);
        Assert.Equal(1024, _pool.KeptBytes);
        Assert.Same(first, _pool.Rent(960));
        _pool.Return(first);
        var smaller = _pool.Rent(512);
        Assert.NotSame(first, smaller);
        Assert.NotSame(first, _pool.Rent(1088));
        Assert.Equal(1024, _pool.KeptBytes);
    }

    [Fact]
    public void The_closest_of_several_is_taken()
    {
        var (large, close) = (_pool.Rent(1100), _pool.Rent(1024));
        _pool.Return(large);
        _pool.Return(close);
        Assert.Same(close, _pool.Rent(1000));
    }

    [Fact]
    public void Kept_memory_is_given_up_before_a_request_fails()
    {
        _limit = 3000;
        _pool.Return(_pool.Rent(2000));
        Assert.Equal(2500, _pool.Rent(2500).Length);
        Assert.Equal((1, 0L), (_released, _pool.KeptBytes));
        Assert.Throws<OutOfMemoryException>(() => _pool.Rent(2500));
    }

    [Fact]
    public void More_than_the_limit_is_not_kept()
    {
        _pool.Return(_pool.Rent(DeviceMemoryPool.MostKeptBytes - 64));
        _pool.Return(_pool.Rent(128));
        Assert.Equal((1, DeviceMemoryPool.MostKeptBytes - 64), (_released, _pool.KeptBytes));
        _pool.Trim();
        Assert.Equal((2, 0L), (_released, _asked));
    }

    [Fact]
    public void A_buffer_made_of_used_memory_starts_zeroed_and_ends_at_its_own_length()
    {
        using var device = SimulatorDevices.Open(GpuLowering.OpenCL);
        using (var first = device.Allocate(1024)) first.CopyFrom(Enumerable.Repeat((byte)7, 1024).ToArray());
        using var second = (IlgpuBuffer)device.Allocate(960);
        var bytes = new byte[960];
        second.CopyTo(bytes);
        Assert.All(bytes, value => Assert.Equal(0, value));
        Assert.Equal(960, second.View<byte>().Length);
    }

    public void Dispose()
    {
        _pool.Trim();
        _accelerator.Dispose();
        _context.Dispose();
    }
}
