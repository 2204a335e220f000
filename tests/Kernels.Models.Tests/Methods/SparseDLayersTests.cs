using System.Runtime.InteropServices;
using Kernels.Catalog;
using Xunit;

namespace Kernels.Models.Tests;

/// <summary>SparseD through the steps of a denoising loop.</summary>
public sealed class SparseDLayersTests : IDisposable
{
    private const int Tokens = 520, Heads = 2, HeadDim = 16, Prompt = 200;

    private readonly CpuDevice _device = new(2);
    private readonly Stack<IDisposable> _owned = new();

    public void Dispose()
    {
        while (_owned.TryPop(out var resource)) resource.Dispose();
        _device.Dispose();
    }

    [Fact]
    public void Dense_steps_select_at_their_end_and_later_ones_visit_what_was_selected()
    {
        var shape = new AttentionShape(1, Tokens, Tokens, Heads, 1, HeadDim);
        using var layers = new SparseDLayers(_device, shape, layers: 2, steps: 9, Prompt);
        using var selecting = SparseD.Selection.For(HeadDim).Plan(_device, shape);
        using var listed = ListedAttention.Full.For(HeadDim).Plan(_device, shape);
        Assert.Equal(2, layers.DenseSteps); // ⌊0.2 · 9⌋ + 1
        var (query, key, value, output, expected) = (Fill(1, Heads), Fill(2, 1), Fill(3, 1), Fill(0, Heads), Fill(0, Heads));

        layers.Run(0, 0, query, key, value, output);
        Assert.Equal(1, layers.Work.Density);
        Assert.Null(layers.Selected(0));
        layers.Run(1, 0, query, key, value, output);
        Assert.Equal(1, layers.Work.Density);
        // Blocks of 128: one of the prompt alone, four that hold generated keys; ⌊0.3·n⌋ + 1 of each.
        var index = layers.Selected(0)!;
        Assert.Equal(selecting.Select(query, key, Prompt).ToString(), index.ToString());
        for (var group = 0; group < index.Groups; group++)
            Assert.Equal(1 + 2, Blocks(index, group));

        var other = Fill(4, Heads);
        layers.Run(2, 0, other, key, value, output);
        listed.Run(other, key, value, expected, index);
        Assert.Equal(Read(expected), Read(output));
        Assert.Same(index, layers.Selected(0));
        Assert.InRange(layers.Work.Density, 0.3, 0.8);
        Assert.Contains("step 1 selects", Assert.Throws<KernelException>(() => layers.Run(2, 1, query, key, value, output)).Message);
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        var shape = new AttentionShape(1, Tokens, Tokens, Heads, 1, HeadDim);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SparseDLayers(_device, shape, 0, 9, Prompt));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SparseDLayers(_device, shape, 1, 0, Prompt));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SparseDLayers(_device, shape, 1, 9, Tokens));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SparseDLayers(_device, shape, 1, 9, Prompt, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SparseDLayers(_device, shape with { Keys = Tokens + 1 }, 1, 9, Prompt));
    }

    private static int Blocks(AttentionIndex index, int group)
    {
        var blocks = 0;
        foreach (var range in index.Ranges(0, 0, group)) blocks += (range.Length + 127) / 128;
        return blocks;
    }

    private Tensor Fill(int seed, int heads)
    {
        var random = new Random(seed);
        var values = Enumerable.Range(0, Tokens * heads * HeadDim).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var buffer = _device.Allocate(sizeof(float) * (long)values.Length);
        _owned.Push(buffer);
        buffer.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan()));
        return Tensor.Heads(buffer, ElementType.Float32, 1, Tokens, heads, HeadDim);
    }

    private static float[] Read(Tensor tensor)
    {
        var values = new float[Tokens * tensor[2] * HeadDim];
        tensor.Buffer.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
