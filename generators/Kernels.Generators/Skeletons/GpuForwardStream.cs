using Kernels.Generators.Emission;
using static Kernels.Generators.Emission.Unrolled;
using static Kernels.Generators.Skeletons.GpuContractionSkeleton;
using static Kernels.Generators.Skeletons.GpuContractionTile;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// From inputs to outputs: a group owns a panel. Four neighbouring threads are a slice: they read a panel row together, 16 bytes or
/// more each, and have eight outputs each. Slices take turns at the steps.
/// </summary>
/// <param name="writer">Where to write.</param>
/// <param name="tile">Sizes and weight format.</param>
internal sealed class GpuForwardStream(SourceWriter writer, GpuForwardTile tile) : GpuStream
{
    private static readonly int[] Side = Range(ThreadSide);

    public override void WriteSums(int[] rows)
    {
        writer.Line($"var slice = thread >> {PowerOfTwo.Log(SliceThreads)};\nvar first = global::ILGPU.Grid.IdxX * (a.PanelWords >> 2);");
        foreach (var r in rows) writer.Line($"float {Join(Side, o => $"{Sum(r, o)} = 0")};");
        tile.BeginStream(writer);
        writer.Line("var step = slice;");
        var together = tile.StepsTogether(rows.Length);
        if (together > 1)
            using (writer.Open($"for (; step + {(together - 1) * tile.Slices} < a.Steps; step += {together * tile.Slices})"))
                AddSteps(rows, together);
        using (writer.Open($"for (; step < a.Steps; step += {tile.Slices})")) AddSteps(rows, 1);
        WriteParts(rows);
    }

    private void AddSteps(int[] rows, int together)
    {
        for (var i = 0; i < together; i++) tile.LoadStep(writer, $"(step{Plus(i * tile.Slices)})", $"{i}", rows.Length);
        for (var i = 0; i < together; i++)
            foreach (var r in rows) tile.AddStep(writer, $"(step{Plus(i * tile.Slices)})", $"{i}", r, rows.Length);
    }

    /// <summary>Adds the sums of eight slices to a part, in order.</summary>
    private void WriteParts(int[] rows)
    {
        var parts = tile.StreamThreads / PanelWidth;
        writer.Line($"int output = thread & {PanelWidth - 1}, part = thread >> {PowerOfTwo.Log(PanelWidth)};");
        foreach (var r in rows)
            writer.Line($$"""
                partials[slice * {{PanelWidth / 4}} + quad] = new global::Kernels.Float4({{Join([0, 1, 2, 3], o => Sum(r, o))}});
                partials[slice * {{PanelWidth / 4}} + quad + {{SliceThreads}}] = new global::Kernels.Float4({{Join([4, 5, 6, 7], o => Sum(r, o))}});
                {{Barrier}}
                var t{{r}} = {{string.Join(" + ", Side.Select(i => $"partial[part * {PanelWidth} + output{Plus(i * parts * PanelWidth)}]"))}};
                {{Barrier}}
                """);
    }
}
