using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Devices.Cuda;

/// <summary>Shared memory beyond 48 KB: who may ask for it, and that the driver is told before.</summary>
public sealed class CudaSharedMemoryTests
{
    private const int Threads = 32;

    private static readonly Action<ArrayView<int>> Reverse = ReverseKernel;

    [Fact]
    public void The_driver_is_told_of_launches_beyond_48_KB_and_of_no_others()
    {
        var driver = new EmulatedDriver();
        CudaSharedMemory.Announce(driver, 77, Source(48 * 1024, atLaunch: true));
        CudaSharedMemory.Announce(driver, 77, Source(100 * 1024, atLaunch: true));
        Assert.Equal(["cuFuncSetAttribute(77, 8, 102400)"], driver.Calls);
    }

    [Fact]
    public void The_most_a_launch_may_ask_for_is_the_devices_own()
    {
        var driver = new EmulatedDriver();
        Assert.Equal(PtxDevices.MaxSharedBytesAtLaunch, CudaSharedMemory.MostAtLaunch(driver, 3));
        Assert.Equal(["cuDeviceGetAttribute(97, 3)"], driver.Calls);
    }

    [Fact]
    public void A_refusal_of_the_driver_names_the_call_and_its_answer()
    {
        var driver = new EmulatedDriver { Answers = { ["cuFuncSetAttribute"] = CudaError.CUDA_ERROR_INVALID_VALUE } };
        var error = Assert.Throws<DeviceException>(() => CudaSharedMemory.Announce(driver, 77, Source(100 * 1024, atLaunch: true)));
        Assert.Equal(("cuda", "cuFuncSetAttribute", "CUDA_ERROR_INVALID_VALUE"), (error.Device, error.Call, error.Answer));
    }

    [Fact]
    public void A_launch_uses_more_than_a_kernel_may_declare_and_no_more_than_the_device_has()
    {
        using var device = (IlgpuDevice)PtxDevices.Open();
        Assert.True(device.Holds(Source(PtxDevices.MaxSharedBytesAtLaunch, atLaunch: true)).IsSupported);
        var reason = device.Holds(Source(PtxDevices.MaxSharedBytesAtLaunch + 16, atLaunch: true)).Reason;
        Assert.Contains($"needs {PtxDevices.MaxSharedBytesAtLaunch + 16} bytes of shared memory and cuda has {PtxDevices.MaxSharedBytesAtLaunch}", reason);
        Assert.Contains("cuda has 49152", device.Holds(Source(64 * 1024, atLaunch: false)).Reason);

        var source = Source(100 * 1024, atLaunch: true);
        var launch = device.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>>>(source);
        using var buffer = (IlgpuBuffer)device.Allocate(Threads * sizeof(int));
        using (device.Enter())
            launch(device.Stream, new KernelConfig(1, Threads, SharedMemoryConfig.RequestDynamic<byte>(source.SharedBytes)), buffer.View<int>());
        var result = new int[Threads];
        buffer.CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(result.AsSpan()));
        Assert.Equal(Enumerable.Range(0, Threads).Reverse(), result);
    }

    private static GpuKernelSource Source(int bytes, bool atLaunch) => new("reverse", Reverse, Threads, bytes, atLaunch);

    // Lanes exchange places at the far end of the memory asked for.
    private static void ReverseKernel(ArrayView<int> values)
    {
        var shared = SharedMemory.GetDynamic<int>();
        var end = 100 * 1024 / sizeof(int) - Threads;
        shared[end + Group.IdxX] = Group.IdxX;
        Group.Barrier();
        values[Group.IdxX] = shared[end + Threads - 1 - Group.IdxX];
    }
}
