using Kernels.Generators.Emission;
using Kernels.Generators.Skeletons;
using static Kernels.Generators.Emission.Unrolled;
using static Kernels.Generators.Skeletons.GpuContractionSkeleton;
using static Kernels.Generators.Skeletons.GpuPanelPlaces;

namespace Kernels.Generators.Targets.Gpu;

/// <summary>Dense weights used transposed: a thread of a stream has every eighth input of a strip, so that neighbours read what lies side by side.</summary>
internal sealed class GpuTransposedDenseTile(int rows, int inputs, int slices) : GpuTransposedTile(rows, inputs, slices)
{
    private static readonly int[] Inputs = Range(ThreadInputs);

    // Inputs past the last repeat it: their sums are not stored.
    public override void StageWeights(SourceWriter writer)
    {
        writer.Line("var panel = (first >> 5) * a.PanelWords;");
        using var _ = writer.Open($"for (var staged = stagedStep; staged < {Outputs}; staged += {Threads / Lanes})");
        writer.Line($$"""
            var step = global::System.Math.Min(firstOutput + staged, a.Steps - 1);
            var pair = TPanels.Scale(TPanels.Load(w, {{Row("panel", "step", 1)}}, lane), w, {{RowScales("panel", "step", 1)}}, lane);
            weight[lane * {{4 * OutputQuads}} + staged] = pair.First;
            weight[(lane + {{Lanes}}) * {{4 * OutputQuads}} + staged] = pair.Second;
            """);
    }

    public override void BeginStream(SourceWriter writer)
    {
        foreach (var i in Inputs) writer.Line($"var step{i} = global::System.Math.Min(firstOutput + slice{Plus(i * StripSlices)}, a.Steps - 1);");
    }

    public override void LoadInputs(SourceWriter writer, int rows)
    {
        foreach (var i in Inputs)
            writer.Line($"var v{i} = TPanels.Scale(TPanels.LoadEight(quads, {Row("start", $"step{i}", 4)}, quad), quads, {RowScales("start", $"step{i}", 4)}, quad);");
    }

    public override void AddInputs(SourceWriter writer, int row, int rows)
    {
        foreach (var o in Range(ThreadSide))
            writer.Line(string.Join(" ", Inputs.Select(i => $"{Sum(row, i)} += {Activation(row, o)} * v{i}.{Eighth(o)};")));
    }

    public override string PlaceOf(string input) => $"(({input} & {StripSlices - 1}) << 4) + ({input} >> {PowerOfTwo.Log(StripSlices)})";
}
