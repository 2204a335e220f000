using Xunit;

namespace Kernels.Tests.Devices.Cuda;

/// <summary>Names of several GPUs, and what is said where one is missing.</summary>
public sealed class CudaDevicesTests
{
    [Theory]
    [InlineData("cuda", true, 0)]
    [InlineData("cuda:0", true, 0)]
    [InlineData("cuda:12", true, 12)]
    [InlineData("cuda:", false, 0)]
    [InlineData("cuda:-1", false, 0)]
    [InlineData("cuda:1x", false, 0)]
    [InlineData("cuda:99999999999", false, 0)]
    [InlineData("cuda1", false, 0)]
    [InlineData("", false, 0)]
    public void A_gpu_is_named_by_its_place(string name, bool isOne, int expected)
    {
        Assert.Equal(isOne, CudaDevices.TryParse(name, out var index));
        if (isOne) Assert.Equal(expected, index);
    }

    [Fact]
    public void Names_are_read_as_they_are_given()
    {
        Assert.Equal("cuda", CudaDevices.Name(0));
        Assert.True(CudaDevices.TryParse(CudaDevices.Name(3), out var index));
        Assert.Equal(3, index);
    }

    [Fact]
    public void A_gpu_beyond_the_last_is_answered_with_those_there_are()
    {
        Assert.Null(CudaDevices.WhyNot(1, 2));
        Assert.Equal("cuda:2 was asked for and this machine has 2: cuda, cuda:1", CudaDevices.WhyNot(2, 2));
        Assert.Contains("no NVIDIA GPU was found; install NVIDIA's driver", CudaDevices.WhyNot(0, 0));
    }

    [Fact]
    public void A_driver_that_dropped_a_function_is_told_from_one_that_is_missing()
    {
        Assert.Contains("install a driver for CUDA 11.4 to 13", CudaDevices.Explain(new EntryPointNotFoundException("cuCtxGetSharedMemConfig")));
        Assert.Contains("install NVIDIA's driver", CudaDevices.Explain(new DllNotFoundException("libcuda.so.1")));
    }

    [Fact]
    public void Every_listed_gpu_opens_under_its_name()
    {
        foreach (var name in Kernels.Devices.CudaNames())
        {
            Assert.True(Kernels.Devices.TryOpen(name, out var device, out var reason), reason);
            Assert.Equal(name, device.Name);
            device.Dispose();
        }
    }
}
