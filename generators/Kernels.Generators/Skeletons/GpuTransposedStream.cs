using Kernels.Generators.Emission;
using static Kernels.Generators.Emission.Unrolled;
using static Kernels.Generators.Skeletons.GpuContractionSkeleton;
using static Kernels.Generators.Skeletons.GpuContractionTile;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// From outputs back to inputs: a group owns a strip of 32 inputs, whose weights lie side by side in every panel, and its parts, of 32 threads,
/// take turns at the panels. Four neighbouring threads are a slice: they read panel rows together, 16 bytes or more each, and have eight
/// outputs of four inputs each. The activations of a few panels at a time lie in shared memory, so that a thread reads four at once.
/// </summary>
/// <param name="writer">Where to write.</param>
/// <param name="tile">Sizes and weight format.</param>
internal sealed class GpuTransposedStream(SourceWriter writer, GpuTransposedTile tile) : GpuStream
{
    // Floats of shared memory that a thread stages: rows times panels.
    private const int Staged = 8;

    private static readonly int[] Inputs = Range(GpuTransposedTile.ThreadInputs);

    private int Parts => tile.StreamThreads / PanelWidth;

    public override void WriteSums(int[] rows)
    {
        writer.Line($"int slice = (thread >> {PowerOfTwo.Log(SliceThreads)}) & {GpuTransposedTile.StripSlices - 1}, part = thread >> {PowerOfTwo.Log(PanelWidth)};");
        foreach (var r in rows) writer.Line($"float {Join(Inputs, i => $"{Sum(r, i)} = 0")};");
        tile.BeginStream(writer);
        var panels = Staged / rows.Length;
        using (writer.Open($"for (var first = 0; first < a.Panels; first += {panels * Parts})"))
        {
            Stage(rows, panels);
            writer.Line(Barrier);
            writer.Line($"var place = part * {PanelWidth / 4} + quad;");
            using (writer.Open($"for (var panel = first + part; panel < global::System.Math.Min(first + {panels * Parts}, a.Panels); panel += {Parts})"))
            {
                writer.Line("var start = panel * (a.PanelWords >> 2);");
                tile.LoadInputs(writer, rows.Length);
                foreach (var r in rows)
                {
                    var staged = $"place{Plus(r * panels * tile.StreamThreads / 4)}";
                    writer.Line($"global::Kernels.Float4 u{r}_0 = partials[{staged}], u{r}_1 = partials[{staged} + {SliceThreads}];");
                    tile.AddInputs(writer, r, rows.Length);
                }

                writer.Line($"place += {tile.StreamThreads / 4};");
            }

            writer.Line(Barrier);
        }

        WriteParts(rows);
    }

    /// <summary>Stages the activations of as many panels a part, [rows][panels][32]: zeros past the last output, whose weights are zeros too.</summary>
    private void Stage(int[] rows, int panels)
    {
        for (var p = 0; p < panels; p++)
        {
            writer.Line($"var output{p} = (first{Plus(p * Parts)}) * {PanelWidth} + thread;");
            using (writer.Open($"if (output{p} < a.Inputs)"))
                foreach (var r in rows) writer.Line($"{Place(r)} = x[x{r} + output{p}];");
            using (writer.Open("else"))
                foreach (var r in rows) writer.Line($"{Place(r)} = 0;");

            string Place(int row) => $"partial[thread{Plus((row * panels + p) * tile.StreamThreads)}]";
        }
    }

    /// <summary>Adds the sums of a slice's threads, in order.</summary>
    private void WriteParts(int[] rows)
    {
        writer.Line($"var sums = part * {4 * PanelWidth} + {tile.PlaceOf($"(thread & {PanelWidth - 1})")};");
        foreach (var r in rows)
            writer.Line($$"""
                partials[thread] = new global::Kernels.Float4({{Join(Inputs, i => Sum(r, i))}});
                {{Barrier}}
                var t{{r}} = {{string.Join(" + ", Range(SliceThreads).Select(q => $"partial[sums{Plus(4 * q)}]"))}};
                {{Barrier}}
                """);
    }
}
