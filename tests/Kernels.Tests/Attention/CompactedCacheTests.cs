using System.Runtime.InteropServices;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

/// <summary>Caches of which each head keeps what it chose, and decoding over them.</summary>
public sealed class CompactedCacheTests : IDisposable
{
    private const int Tokens = 61, Group = 3, Heads = 2, HeadDim = 20, Room = 3;

    // Head 0 keeps scattered keys; head 1 a run and some.
    private static readonly int[] Starts = [0, 5, 16], Columns = [0, 7, 8, 30, 60, 3, 20, 21, 22, 23, 24, 25, 26, 27, 59, 60];

    private readonly CpuDevice _device = new(threads: 2);
    private readonly Stack<IDisposable> _owned = new();

    public void Dispose()
    {
        while (_owned.TryPop(out var resource)) resource.Dispose();
        _device.Dispose();
    }

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.BFloat16)]
    public void Tokens_attend_to_what_their_head_kept_and_to_those_after_it(ElementType storage)
    {
        var (key, value) = (Fill(1, Tokens, Heads, storage), Fill(2, Tokens, Heads, storage));
        using var cache = new CompactedCache(key.Tensor, value.Tensor, new KeyColumnIndex(1, Heads, Tokens, Tokens, Tokens, Starts, Columns), Room);
        Assert.Equal((Starts[2] + Heads * Room) * 2L * HeadDim * storage.Size() + cache.Index.ByteLength, cache.ByteLength);
        using var plan = AttentionKernels.IndexedFull20.Plan(
            _device, new AttentionShape(1, 1, cache.Keys[1], Group * Heads, 1, HeadDim, ElementType.Float32, storage));
        var keys = Enumerable.Range(0, Heads).Select(head => Kept(key.Values, head)).ToArray();
        var values = Enumerable.Range(0, Heads).Select(head => Kept(value.Values, head)).ToArray();
        for (var step = 0; step < Room; step++)
        {
            var (newKey, newValue, query, output) = (Fill(10 + step, 1, Heads, storage), Fill(20 + step, 1, Heads, storage), Fill(30 + step, 1, Group * Heads), Fill(0, 1, Group * Heads));
            cache.Append(newKey.Tensor, newValue.Tensor);
            plan.Run(query.Tensor, cache.Keys, cache.Values, output.Tensor, cache.Index);
            var actual = new float[Group * Heads * HeadDim];
            output.Tensor.Buffer.CopyTo(MemoryMarshal.AsBytes(actual.AsSpan()), 0);
            for (var head = 0; head < Heads; head++)
            {
                keys[head].Add(Row(newKey.Values, Heads, 0, head));
                values[head].Add(Row(newValue.Values, Heads, 0, head));
                for (var q = head * Group; q < (head + 1) * Group; q++)
                {
                    var (expected, _) = DenseAttentionOracle.Row(
                        Row(query.Values, Group * Heads, 0, q), [.. keys[head]], [.. values[head]], AttentionKernels.IndexedFull20.Declaration.Scale, _ => true);
                    Tolerance.AssertClose(expected, actual[(q * HeadDim)..((q + 1) * HeadDim)], ElementType.Float32, $"step {step}, head {q}");
                }
            }

            Assert.Equal(Group * (Starts[2] + Heads * (step + 1L)), plan.Work.Visited);
        }

        Assert.Contains("room for 3", Assert.Throws<KernelException>(() => cache.Append(Fill(1, 1, Heads, storage).Tensor, Fill(1, 1, Heads, storage).Tensor)).Message);
    }

    [Fact]
    public void What_does_not_belong_together_is_refused()
    {
        var (key, other) = (Fill(1, Tokens, Heads).Tensor, Fill(1, Tokens - 1, Heads).Tensor);
        void Refused(string reason, Tensor keys, Tensor values, AttentionIndex kept, int room = 0) =>
            Assert.Contains(reason, Assert.Throws<KernelException>(() => new CompactedCache(keys, values, kept, room)).Message);
        var kept = new KeyColumnIndex(1, Heads, Tokens, Tokens, Tokens, Starts, Columns);
        Refused("one shape and storage", key, other, kept);
        Refused("lists of 61 keys", other, other, kept);
        Refused("room for -1", key, key, kept, -1);
        Refused("1 heads", key, key, new KeyColumnIndex(1, 1, Tokens, Tokens, Tokens, [0, 0], []));
        using var cache = new CompactedCache(key, key, kept, 1);
        Assert.Contains("one token at a time", Assert.Throws<KernelException>(() => cache.Append(key, key)).Message);
    }

    private (Tensor Tensor, float[] Values) Fill(int seed, int tokens, int heads, ElementType storage = ElementType.Float32)
    {
        var values = RandomValues.Normal(seed, tokens * heads * HeadDim, storage);
        var (exact, buffer) = (_device.Allocate(sizeof(float) * (long)values.Length), _device.Allocate((long)storage.Size() * values.Length));
        _owned.Push(exact);
        _owned.Push(buffer);
        exact.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan()), 0);
        var tensor = Tensor.Heads(buffer, storage, 1, tokens, heads, HeadDim);
        _device.Layers.Copy(Tensor.Heads(exact, ElementType.Float32, 1, tokens, heads, HeadDim), tensor);
        return (tensor, values);
    }

    private static List<double[]> Kept(float[] values, int head) => [.. Columns[Starts[head]..Starts[head + 1]].Select(token => Row(values, Heads, token, head))];

    private static double[] Row(float[] values, int heads, int token, int head) =>
        Array.ConvertAll(values[((token * heads + head) * HeadDim)..((token * heads + head + 1) * HeadDim)], value => (double)value);
}
