using Kernels.Perf.Checking;
using Kernels.Perf.Peers;
using Xunit;

namespace Kernels.Perf.Tests;

public class OnnxSessionTests
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
        using var peer = OnnxSession.MatMul(x, w, y, rows, inputs, outputs, threads: 1);
        peer.Run();
        new ProductCheck(x, w, rows, inputs, outputs).Verify(y);
    }

    [Fact]
    public void The_peer_attends_causally()
    {
        const int Tokens = 37, Heads = 2, Channels = 16;
        var random = new Random(5);
        var tensors = Enumerable.Range(0, 3)
            .Select(_ => Enumerable.Range(0, Tokens * Heads * Channels).Select(_ => 2 * random.NextSingle() - 1).ToArray()).ToArray();
        var y = new float[Tokens * Heads * Channels];
        using var peer = OnnxSession.CausalAttention(tensors[0], tensors[1], tensors[2], y, Tokens, Heads, Channels, threads: 1);
        peer.Run();
        new AttentionCheck(tensors[0], tensors[1], tensors[2], Tokens, Tokens, Heads, Heads, Channels).Verify(y, (_, i, j) => j <= i ? Visit.Yes : Visit.No, stripe: 1);
    }
}
