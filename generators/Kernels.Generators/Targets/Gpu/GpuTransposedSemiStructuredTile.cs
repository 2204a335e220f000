using Kernels.Generators.Emission;
using Kernels.Generators.Skeletons;
using static Kernels.Generators.Emission.Unrolled;
using static Kernels.Generators.Skeletons.GpuContractionSkeleton;
using static Kernels.Generators.Skeletons.GpuPanelPlaces;

namespace Kernels.Generators.Targets.Gpu;

/// <summary>
/// 2:4 weights used transposed: a thread of a stream has the four inputs of a step, and places say which of them a weight belongs to. One row
/// chooses products; more share weights spread over the inputs, with zeros between, as tiles do.
/// </summary>
internal sealed class GpuTransposedSemiStructuredTile(int rows, int inputs, int slices) : GpuTransposedTile(rows, inputs, slices)
{
    private static readonly int[] Inputs = Range(ThreadInputs), Eight = Range(ThreadSide);

    // Inputs past the last repeat a group: their sums are not stored.
    public override void StageWeights(SourceWriter writer)
    {
        writer.Line("var panel = (first >> 5) * a.PanelWords;");
        using var _ = writer.Open($"for (var staged = stagedStep; staged < {Outputs / ThreadInputs}; staged += {Threads / Lanes})");
        writer.Line($$"""
            var step = global::System.Math.Min((firstOutput >> 2) + staged, a.Steps - 1);
            var run = {{Run("panel", "step", 1)}};
            var scales = {{RunScales("panel", "step", 1)}};
            uint m = w[run + lane] >> ((step & 7) << 2), n = w[run + lane + {{Lanes}}] >> ((step & 7) << 2);
            var slots = {{RunSlots("run", "step", 1)}};
            var f = TPanels.Scale(TPanels.Load(w, slots, lane), w, scales, lane);
            var g = TPanels.Scale(TPanels.Load(w, slots + TPanels.RowWords, lane), w, scales, lane);
            weights[lane * {{OutputQuads}} + staged] = new global::Kernels.Float4({{Spread("m", "First")}});
            weights[(lane + {{Lanes}}) * {{OutputQuads}} + staged] = new global::Kernels.Float4({{Spread("n", "Second")}});
            """);

        static string Spread(string places, string output) =>
            Join(Inputs, i => Chosen($"({places} & 3u)", $"(({places} >> 2) & 3u)", i, $"f.{output}", $"g.{output}"));
    }

    // Strips are whole runs, so a thread's step has its places in the same bits of every word.
    public override void BeginStream(SourceWriter writer) =>
        writer.Line("var step = global::System.Math.Min((firstOutput >> 2) + slice, a.Steps - 1);\nvar shift = (step & 7) << 2;");

    public override void LoadInputs(SourceWriter writer, int rows)
    {
        writer.Line($$"""
            var run = {{Run("start", "step", 4)}};
            var scales = {{RunScales("start", "step", 4)}};
            global::Kernels.UInt4 m = quads[run + quad], n = quads[run + quad + {{SliceThreads}}];
            var slots = {{RunSlots("run", "step", 4)}};
            var f = TPanels.Scale(TPanels.LoadEight(quads, slots, quad), quads, scales, quad);
            var g = TPanels.Scale(TPanels.LoadEight(quads, slots + {{RowWords(4)}}, quad), quads, scales, quad);
            """);
        foreach (var o in Eight)
        {
            var places = $"{(o < 4 ? "m" : "n")}.{"XYZW"[o & 3]}";
            writer.Line($"uint p{o} = ({places} >> shift) & 3u, q{o} = ({places} >> (shift + 2)) & 3u;");
            if (rows > 1) writer.Line($"float {Join(Inputs, i => $"d{o}_{i} = {Chosen($"p{o}", $"q{o}", i, $"f.{Eighth(o)}", $"g.{Eighth(o)}")}")};");
        }
    }

    public override void AddInputs(SourceWriter writer, int row, int rows)
    {
        foreach (var o in Eight)
        {
            if (rows == 1) writer.Line($"float f{o} = {Activation(row, o)} * f.{Eighth(o)}, g{o} = {Activation(row, o)} * g.{Eighth(o)};");
            writer.Line(string.Join(" ", Inputs.Select(i =>
                rows == 1 ? $"{Sum(row, i)} += {Chosen($"p{o}", $"q{o}", i, $"f{o}", $"g{o}")};" : $"{Sum(row, i)} += {Activation(row, o)} * d{o}_{i};")));
        }
    }

    public override string PlaceOf(string input) => $"(({input} >> 2) << 4) + ({input} & 3)";

    /// <summary>What input <paramref name="input"/> of a group has of two weights, whose places are given.</summary>
    private static string Chosen(string first, string second, int input, string one, string other) =>
        $"{first} == {input}u ? {one} : {second} == {input}u ? {other} : 0f";
}
