using Kernels.Gpu.Correctness;
using Kernels.Testing;
using Xunit;

namespace Kernels.Gpu.Tests;

public sealed class CorrectnessMatrixTests
{
    [Fact]
    public void Every_case_has_a_name_of_its_own()
    {
        var names = CorrectnessMatrix.Cases.Select(item => item.Name).ToArray();
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Contains("attention, prefill", names);
        Assert.Contains("product 1x1100x40 BFloat16 2:4", names);
    }

    [Fact]
    public void Right_answers_refusals_and_wrong_answers_are_told_apart()
    {
        using var device = PtxDevices.Open();
        Assert.All(CorrectnessMatrix.Run(device, "product 1x4x1 ", _ => { }), check => Assert.Equal((CheckOutcome.Right, null), (check.Outcome, check.Reason)));
        string[] prefixes =
            ["grouped product, nothing Float32", "convolution, Convolutions.Stem", "depthwise convolution, Convolutions.DepthwiseEven", "layer, "];
        foreach (var prefix in prefixes)
        {
            var checks = CorrectnessMatrix.Run(device, prefix, _ => { });
            Assert.NotEmpty(checks);
            Assert.All(checks, check => Assert.Equal((CheckOutcome.Right, null), (check.Outcome, check.Reason)));
        }

        using var cpu = new CpuDevice(1);
        Assert.All(
            CorrectnessMatrix.Run(cpu, "tensor product 1x4x1 ", _ => { }),
            check => Assert.True(check.Outcome == CheckOutcome.Refused && check.Reason!.Contains("Float32"), $"{check}"));

        // A closed device fails every case, and all are still tried.
        var closed = PtxDevices.Open();
        closed.Dispose();
        var said = new List<string>();
        var failed = CorrectnessMatrix.Run(closed, "product 130x72x17 Float32", said.Add);
        Assert.Equal(2, failed.Count);
        Assert.All(failed, check => Assert.Equal(CheckOutcome.Wrong, check.Outcome));
        Assert.Equal(2, said.Count);
    }
}
