using System.Runtime.InteropServices;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

/// <summary>Bounds of pages that are kept between the steps of a generation.</summary>
public sealed class KeySummaryTests : IDisposable
{
    private const int Tokens = 75, Heads = 2, HeadDim = 20;

    private readonly CpuDevice _device = new(threads: 2);
    private readonly Stack<IDisposable> _owned = new();

    public void Dispose()
    {
        while (_owned.TryPop(out var resource)) resource.Dispose();
        _device.Dispose();
    }

    [Fact]
    public void Steps_with_a_summary_are_bit_for_bit_those_without()
    {
        var (keys, values) = (Fill(1, Tokens), Fill(2, Tokens));
        using var plan = AttentionKernels.Bounds20.Plan(_device, new AttentionShape(1, 1, Tokens, 2 * Heads, Heads, HeadDim));
        using var summary = plan.Summarise();
        for (var length = 40; length <= Tokens; length++) AssertSame(length);
        // Keys are replaced from the middle of a page on.
        Write(keys, 3, 41);
        summary.Forget(41);
        for (var length = 42; length <= Tokens; length += 11) AssertSame(length);

        void AssertSame(int length)
        {
            var (query, kept, anew) = (Fill(length, 1, 2 * Heads), Fill(0, 1, 2 * Heads), Fill(0, 1, 2 * Heads));
            var (k, v) = (Tensor.Heads(keys.Buffer, ElementType.Float32, 1, length, Heads, HeadDim), Tensor.Heads(values.Buffer, ElementType.Float32, 1, length, Heads, HeadDim));
            plan.Run(query, k, v, kept, summary);
            Assert.Equal(length, summary.Keys);
            plan.Run(query, k, v, anew);
            Assert.Equal(Read(anew), Read(kept));
        }
    }

    [Fact]
    public void A_summary_must_fit()
    {
        var (query, keys) = (Fill(1, 1, 2 * Heads), Fill(2, Tokens));
        var shape = new AttentionShape(1, 1, Tokens, 2 * Heads, Heads, HeadDim);
        using var plan = AttentionKernels.Bounds20.Plan(_device, shape);
        using var shorter = AttentionKernels.Bounds20.Plan(_device, shape with { Keys = 20 });
        using var dense = AttentionKernels.Causal20.Plan(_device, shape);
        using var summary = plan.Summarise();
        using var other = shorter.Summarise();
        Assert.Contains("a summary of", Assert.Throws<KernelException>(() => plan.Run(query, keys, keys, query, other)).Message);
        plan.Run(query, keys, keys, Fill(0, 1, 2 * Heads), summary);
        var first = Tensor.Heads(keys.Buffer, ElementType.Float32, 1, 30, Heads, HeadDim);
        Assert.Contains("Forget keys", Assert.Throws<KernelException>(() => plan.Run(query, first, first, query, summary)).Message);
        Assert.Contains("without a summary", Assert.Throws<KernelException>(dense.Summarise).Message);
    }

    private Tensor Fill(int seed, int tokens, int heads = Heads)
    {
        var tensor = Tensor.Heads(_device.Allocate(sizeof(float) * (long)tokens * heads * HeadDim), ElementType.Float32, 1, tokens, heads, HeadDim);
        _owned.Push(tensor.Buffer);
        Write(tensor, seed, 0);
        return tensor;
    }

    private static void Write(Tensor tensor, int seed, int firstToken)
    {
        var values = RandomValues.Normal(seed, tensor[1] * tensor[2] * HeadDim, ElementType.Float32);
        tensor.Buffer.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan(firstToken * tensor[2] * HeadDim)), sizeof(float) * (long)firstToken * tensor[2] * HeadDim);
    }

    private static float[] Read(Tensor tensor)
    {
        var values = new float[tensor[1] * tensor[2] * HeadDim];
        tensor.Buffer.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()), 0);
        return values;
    }
}
