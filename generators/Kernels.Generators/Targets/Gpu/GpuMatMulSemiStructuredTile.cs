using Kernels.Generators.Emission;
using Kernels.Generators.Skeletons;

namespace Kernels.Generators.Targets.Gpu;

/// <summary>
/// 2:4 weights: a step is a group of four columns with two stored weights of every output. A word per output at the head of a
/// run holds the places of its sixteen weights, four bits a step. A tile spreads them to four columns with zeros between: one
/// activation fetched for eight outputs costs less than one fetched for each weight. A stream fetches what the places name.
/// </summary>
internal sealed class GpuMatMulSemiStructuredTile(int rows, int outputs, int slices) : GpuContractionTile(rows, outputs, slices)
{
    private const int Slots = 2, StagedSteps = Depth / 4, PanelThreads = Lanes * StagedSteps;

    public override int ColumnsPerStep => 4;

    public override string RunWords => $"{PanelWidth} + {RunSteps * Slots} * TPanels.RowWords";

    private int Passes => Outputs / PanelWidth * PanelThreads / Threads;

    public override void BeginStaging(SourceWriter writer)
    {
        writer.Line($"int lane = thread & {Lanes - 1}, stagedStep = (thread >> 4) & {StagedSteps - 1}, stagedPanel = thread >> 6;");
        for (var pass = 0; pass < Passes; pass++)
            writer.Line($"var w{pass} = global::System.Math.Min(firstPanel + stagedPanel + {pass * Threads / PanelThreads}, a.Panels - 1) * a.PanelWords + lane;");
    }

    public override void StageWeights(SourceWriter writer)
    {
        writer.Line($"var step = (first >> 2) + stagedStep;");
        using (writer.Open("if (step < a.Steps)"))
            for (var pass = 0; pass < Passes; pass++)
            {
                writer.Line($$"""
                    var run{{pass}} = w{{pass}} + (step >> 3) * ({{RunWords}});
                    uint m{{pass}} = w[run{{pass}}] >> ((step & 7) << 2), n{{pass}} = w[run{{pass}} + {{Lanes}}] >> ((step & 7) << 2);
                    var f{{pass}} = TPanels.Load(w, run{{pass}} + {{PanelWidth}} + (step & 7) * {{Slots}} * TPanels.RowWords);
                    var g{{pass}} = TPanels.Load(w, run{{pass}} + {{PanelWidth}} + ((step & 7) * {{Slots}} + 1) * TPanels.RowWords);
                    """);
                for (var column = 0; column < ColumnsPerStep; column++)
                {
                    writer.Line($"{Place(pass, column, 0)} = (m{pass} & 3u) == {column}u ? f{pass}.First : ((m{pass} >> 2) & 3u) == {column}u ? g{pass}.First : 0f;");
                    writer.Line($"{Place(pass, column, 1)} = (n{pass} & 3u) == {column}u ? f{pass}.Second : ((n{pass} >> 2) & 3u) == {column}u ? g{pass}.Second : 0f;");
                }
            }

        using (writer.Open("else"))
            for (var pass = 0; pass < Passes; pass++)
                for (var column = 0; column < ColumnsPerStep; column++)
                    writer.Line($"{Place(pass, column, 0)} = 0;\n{Place(pass, column, 1)} = 0;");
    }

    public override void BeginRun(SourceWriter writer) => writer.Line($"uint m = w[word], n = w[word + {Lanes}];\nword += {PanelWidth};");

    public override void LoadStep(SourceWriter writer, string step, string name)
    {
        writer.Line($"var f{name} = TPanels.Load(w, word + {step} * {Slots} * TPanels.RowWords);");
        writer.Line($"var g{name} = TPanels.Load(w, word + ({step} * {Slots} + 1) * TPanels.RowWords);");
    }

    public override void AddStep(SourceWriter writer, string step, string name, int row)
    {
        var group = $"u{row}_{name}";
        writer.Line($"var {group} = x{row} + column + {step} * {ColumnsPerStep};");
        foreach (var (half, places, part) in new[] { (0, "m", "First"), (1, "n", "Second") })
        {
            writer.Line($"s{row}_{half} += x[{group} + (int)(({places} >> ({step} * 4)) & 3u)] * f{name}.{part};");
            writer.Line($"s{row}_{half} += x[{group} + (int)(({places} >> ({step} * 4 + 2)) & 3u)] * g{name}.{part};");
        }
    }

    private string Place(int pass, int column, int half) =>
        $"weight[(stagedStep * 4 + {column}) * {4 * OutputQuads} + stagedPanel * {PanelWidth} + lane + {pass * Threads / PanelThreads * PanelWidth + half * Lanes}]";
}
