using System.Runtime.InteropServices;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Layers;

public sealed class LayerTests
{
    public static TheoryData<string, string> Cases =>
        [.. from device in new[] { "cpu", "opencl", "simulator", PtxDevices.Name } from name in LayerCases.Names select (device, name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_the_definition(string deviceName, string name)
    {
        using var device = TestDevices.Open(deviceName);
        LayerCases.Check(device, name);
    }

    [Theory]
    [InlineData("opencl")]
    [InlineData("simulator")]
    public void An_id_the_host_cannot_see_gives_no_number_where_it_lies_outside_the_table(string name)
    {
        using var device = TestDevices.Open(name);
        using var table = GuardedTensor.Filled(device, [1, 2, 3, 4], 2, 2);
        using var output = new GuardedTensor(device, ElementType.Float32, 4, 2);
        using var ids = device.Allocate(16);
        ids.CopyFrom(MemoryMarshal.AsBytes(new[] { 1, 2, -1, 0 }.AsSpan()));
        device.Layers.Gather(table.Tensor, Tensor.Matrix(ids, ElementType.Int32, 1, 4), output.Tensor);
        Assert.Equal([3, 4, float.NaN, float.NaN, float.NaN, float.NaN, 1, 2], output.Read("gather"));
    }

    [Fact]
    public void Thread_counts_and_runs_change_nothing_and_allocate_nothing()
    {
        const int rows = 700, channels = 200;
        var values = RandomValues.Normal(8, rows * channels, ElementType.Float32);
        float[]? first = null;
        foreach (var threads in new[] { 1, 3 })
        {
            using var device = new CpuDevice(threads);
            using var input = GuardedTensor.Filled(device, values, rows, channels);
            using var weight = GuardedTensor.Filled(device, values[..channels], 1, channels);
            using var output = new GuardedTensor(device, ElementType.Float32, rows, channels);
            device.Layers.RmsNorm(input.Tensor, weight.Tensor, 1e-6f, output.Tensor);
            var before = GC.GetAllocatedBytesForCurrentThread();
            device.Layers.RmsNorm(input.Tensor, weight.Tensor, 1e-6f, output.Tensor);
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
            var result = output.Read("norm");
            Assert.Equal(first ??= result, result);
        }
    }

    [Fact]
    public void Bad_arguments_are_refused_before_anything_is_written()
    {
        using var device = new CpuDevice(threads: 1);
        using var values = GuardedTensor.Filled(device, new float[40], 4, 10);
        using var weight = GuardedTensor.Filled(device, new float[9], 1, 9);
        using var heads = GuardedTensor.Filled(device, new float[40], 1, 2, 2, 10);
        Assert.Contains("Float32[1, 10] is needed", Refused(() => device.Layers.RmsNorm(values.Tensor, weight.Tensor, 1e-5f, values.Tensor)));
        Assert.Contains("needs twice its columns", Refused(() => device.Layers.SwiGlu(values.Tensor, weight.Tensor)));
        Assert.Contains("positions 3 to 4", Refused(() => device.Layers.Rotate(heads.Tensor, values.Tensor, 3)));
        using var ids = device.Allocate(16);
        ids.CopyFrom(MemoryMarshal.AsBytes(new[] { 0, 1, 4, 0 }.AsSpan()));
        Assert.Contains("id 4 at place 2", Refused(() => device.Layers.Gather(values.Tensor, Tensor.Matrix(ids, ElementType.Int32, 1, 4), values.Tensor)));
        using var other = new CpuDevice(threads: 1);
        using var elsewhere = GuardedTensor.Filled(other, new float[40], 4, 10);
        Assert.Contains("Copy the tensor to the device", Refused(() => device.Layers.Add(values.Tensor, elsewhere.Tensor, values.Tensor)));
    }

    private static string Refused(Action action) => Assert.Throws<KernelException>(action).Message;
}
