using Kernels.Generators.Emission;
using Kernels.Generators.Specs;
using static Kernels.Generators.Emission.Unrolled;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// Convolutions on a GPU: a thread has some output pixels of a group of channels. Of one that sums over channels it walks the group's
/// stored inputs, whose values all its neighbours read with it; of a depthwise one, the taps of its channel's window.
/// </summary>
/// <param name="writer">Where to write.</param>
/// <param name="tile">The pixels of a thread.</param>
/// <param name="hasEpilogue">Whether a method <c>Epilogue(sum)</c> is in scope.</param>
internal sealed class GpuWindowSkeleton(SourceWriter writer, GpuWindowTile tile, bool hasEpilogue)
{
    /// <summary>Writes the kernel of a convolution; the grid is (blocks of pixels, groups of outputs).</summary>
    public void WriteGroups(string name, int groupRows)
    {
        var outputs = Range(groupRows);
        using var _ = writer.Open($$"""
            private static void {{name}}(
                global::ILGPU.ArrayView<float> x, global::ILGPU.ArrayView<uint> w, global::ILGPU.ArrayView<float> y, global::ILGPU.ArrayView<float> r,
                global::Kernels.ImageArguments a, global::Kernels.FilterArguments f)
            """);
        writer.Line("var group = global::ILGPU.Grid.IdxY;");
        tile.Begin();
        GpuGroupValues.Load(writer, "global::Kernels.GpuFloat32Values", groupRows, $"f.Bias, group * {groupRows}", "b");
        foreach (var p in tile.Pixels) writer.Line($"float {Join(outputs, o => $"{Sum(p, o)} = b{o}")};");
        using (writer.Open("if (f.HasResidual != 0)"))
            foreach (var o in outputs)
                writer.Line(string.Join(" ", tile.Pixels.Select(p => $"{Sum(p, o)} += r[f.Residual + (group * {groupRows}{Plus(o)}) * f.ResidualStride + pixel{p}];")));
        writer.Line("var end = (int)w[group + 1];");
        using (writer.Open("for (var i = (int)w[group]; i < end; i++)"))
        {
            writer.Line("var tap = (int)w[f.Taps + i];\nvar channel = a.Input + (tap >> 8) * a.InputStride;");
            tile.Load("channel", "((tap >> 4) & 15)", "(tap & 15)");
            GpuGroupValues.Load(writer, "global::Kernels.GpuFloat32Values", groupRows, $"f.Values, (long)i * {groupRows}", "v");
            foreach (var p in tile.Pixels) writer.Line(string.Join(" ", outputs.Select(o => $"{Sum(p, o)} += u{p} * v{o};")));
        }

        tile.Store(p =>
        {
            foreach (var o in outputs)
                writer.Line($"y[a.Output + (group * {groupRows}{Plus(o)}) * a.OutputStride + pixel{p}] = {Finish(Sum(p, o))};");
        });
    }

    /// <summary>Writes the kernel of a depthwise convolution; the grid is (blocks of pixels, channels).</summary>
    public void WriteDepthwise(string name, int side)
    {
        using var _ = writer.Open($$"""
            private static void {{name}}(
                global::ILGPU.ArrayView<float> x, global::ILGPU.ArrayView<float> w, global::ILGPU.ArrayView<float> b, global::ILGPU.ArrayView<float> y,
                global::Kernels.ImageArguments a, long firstWeight, long weightStride, long firstBias)
            """);
        writer.Line("var group = global::ILGPU.Grid.IdxY;");
        tile.Begin();
        writer.Line("var channel = a.Input + group * a.InputStride;\nvar weight = firstWeight + group * weightStride;\nvar bias = b[firstBias + group];");
        writer.Line($"float {Join(tile.Pixels, p => $"{Sum(p, 0)} = bias")};");
        for (var tap = 0; tap < side * side; tap++)
            using (writer.Open(""))
            {
                writer.Line($"var v = w[weight{Plus(tap)}];");
                tile.Load("channel", $"{tap / side}", $"{tap % side}");
                writer.Line(string.Join(" ", tile.Pixels.Select(p => $"{Sum(p, 0)} += u{p} * v;")));
            }

        tile.Store(p => writer.Line($"y[a.Output + group * a.OutputStride + pixel{p}] = {Finish(Sum(p, 0))};"));
    }

    private string Finish(string sum) => hasEpilogue ? $"Epilogue({sum})" : sum;

    private static string Sum(int pixel, int output) => $"s{pixel}_{output}";
}
