using Kernels.Testing;
using Xunit;

namespace Kernels.Tests;

public class DeviceTests
{
    public static TheoryData<string> Names => [.. Kernels.Devices.Names];

    [Theory, MemberData(nameof(Names))]
    public void A_buffer_starts_zeroed_and_keeps_what_is_copied_into_a_part_of_it(string name)
    {
        using var device = TestDevices.Open(name);
        using var buffer = device.Allocate(1001);
        var bytes = new byte[1001];
        Array.Fill(bytes, (byte)7);
        buffer.CopyTo(bytes);
        Assert.All(bytes, value => Assert.Equal(0, value));

        buffer.CopyFrom([1, 2, 3], 998);
        buffer.CopyTo(bytes);
        Assert.Equal([0, 1, 2, 3], bytes[997..]);
        var part = new byte[2];
        buffer.CopyTo(part, 999);
        Assert.Equal([2, 3], part);
    }

    [Fact]
    public unsafe void A_large_buffer_begins_with_a_huge_page_and_ends_where_it_should()
    {
        const int length = (5 << 20) + 3;
        using var device = new CpuDevice(1);
        using var buffer = (CpuBuffer)device.Allocate(length);
        Assert.Equal(0, (long)buffer.Pointer % (2 << 20));
        Assert.Equal(-1, new ReadOnlySpan<byte>(buffer.Pointer, length).IndexOfAnyExcept((byte)0));
        buffer.CopyFrom([7], length - 1);
        Assert.Equal(7, buffer.Pointer[length - 1]);
        Assert.Equal(length, device.AllocatedBytes);
    }

    [Theory, MemberData(nameof(Names))]
    public void Copies_outside_a_buffer_are_refused_with_its_length(string name)
    {
        using var device = TestDevices.Open(name);
        using var buffer = device.Allocate(16);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => buffer.CopyFrom(new byte[8], 9));
        Assert.Contains("8 bytes at offset 9", error.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.CopyTo(new byte[8], -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.CopyFrom(new byte[8], long.MaxValue));
    }

    [Theory, MemberData(nameof(Names))]
    public void Memory_is_accounted_and_given_back(string name)
    {
        using var device = TestDevices.Open(name);
        var first = device.Allocate(1000);
        using (device.Allocate(500)) Assert.Equal(1500, device.AllocatedBytes);
        first.Dispose();
        first.Dispose();
        Assert.Equal(0, device.AllocatedBytes);
        Assert.Equal(1500, device.PeakAllocatedBytes);
        Assert.Throws<ObjectDisposedException>(() => first.CopyTo(new byte[1]));
    }

    [Theory, MemberData(nameof(Names))]
    public void A_device_can_be_closed_and_opened_again(string name)
    {
        TestDevices.Open(name).Dispose();
        using var device = TestDevices.Open(name);
        using var buffer = device.Allocate(4);
        buffer.CopyFrom([1, 2, 3, 4]);
        device.Synchronize();
        Assert.Equal(name, device.Name);
        Assert.NotEmpty(device.Description);
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_known_ones()
    {
        Assert.False(Kernels.Devices.TryOpen("gpu", out var device, out var reason));
        Assert.Null(device);
        Assert.Contains("opencl", reason);
    }

    [Theory]
    [InlineData("opencl", "pocl-opencl-icd")]
    [InlineData("cuda", "driver")]
    public void A_missing_device_says_what_to_install(string name, string wayOut)
    {
        if (Kernels.Devices.TryOpen(name, out var device, out var reason))
        {
            device.Dispose();
            Assert.Skip($"{name} is present on this machine.");
        }

        Assert.Contains(wayOut, reason);
    }
}
