using Kernels.Perf.Checking;
using Kernels.Perf.Peers;
using Xunit;

namespace Kernels.Perf.Tests;

public class OnnxMatMulTests
{
    [Theory]
    [InlineData(1, 40, 70)]
    [InlineData(5, 64, 33)]
    public void The_peer_multiplies_by_the_matrix_it_was_given(int rows, int inputs, int outputs)
    {
        var random = new Random(4);
        var x = Enumerable.Range(0, rows * inputs).Select(_ => random.NextSingle()).ToArray();
        var w = Enumerable.Range(0, outputs * inputs).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var y = new float[rows * outputs];
        using var peer = new OnnxMatMul(x, w, y, rows, inputs, outputs, threads: 1);
        peer.Run();
        new ProductCheck(x, w, rows, inputs, outputs).Verify(y);
    }
}
