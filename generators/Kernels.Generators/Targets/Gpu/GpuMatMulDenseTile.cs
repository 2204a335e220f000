using Kernels.Generators.Emission;
using Kernels.Generators.Skeletons;
using static Kernels.Generators.Skeletons.GpuPanelPlaces;

namespace Kernels.Generators.Targets.Gpu;

/// <summary>Dense weights: a step is one column, a run eight of them.</summary>
internal sealed class GpuMatMulDenseTile(int rows, int outputs, int slices) : GpuForwardTile(rows, outputs, slices)
{
    public override int ColumnsPerStep => 1;

    public override void BeginStaging(SourceWriter writer)
    {
        writer.Line($"int lane = thread & {Lanes - 1}, stagedStep = thread >> 4, firstPanel = firstOutput >> 5;");
        for (var panel = 0; panel < Outputs / PanelWidth; panel++)
            writer.Line($"var w{panel} = global::System.Math.Min(firstPanel + {panel}, a.Panels - 1) * a.PanelWords;");
    }

    public override void StageWeights(SourceWriter writer)
    {
        for (var step = 0; step < StagedColumns; step += Threads / Lanes)
        {
            using (writer.Open($"if (first + stagedStep + {step} < a.Inputs)"))
                for (var panel = 0; panel < Outputs / PanelWidth; panel++)
                {
                    var staged = $"(first + stagedStep + {step})";
                    writer.Line($"var r{panel} = TPanels.Load(w, {Row($"w{panel}", staged, 1)}, lane);");
                    writer.Line($"var v{panel} = TPanels.Scale(r{panel}, w, {RowScales($"w{panel}", staged, 1)}, lane);");
                    writer.Line($"{Place(step, panel, 0)} = v{panel}.First;\n{Place(step, panel, 1)} = v{panel}.Second;");
                }

            using (writer.Open("else"))
                for (var panel = 0; panel < Outputs / PanelWidth; panel++)
                    writer.Line($"{Place(step, panel, 0)} = 0;\n{Place(step, panel, 1)} = 0;");
        }
    }

    public override void BeginStream(SourceWriter writer)
    {
    }

    public override int StepsTogether(int rows) => rows == 1 ? 4 : 2;

    public override void LoadStep(SourceWriter writer, string step, string name, int rows) =>
        writer.Line($$"""
            var r{{name}} = TPanels.LoadEight(quads, {{Row("first", step, 4)}}, quad);
            var v{{name}} = TPanels.Scale(r{{name}}, quads, {{RowScales("first", step, 4)}}, quad);
            """);

    public override void AddStep(SourceWriter writer, string step, string name, int row, int rows)
    {
        writer.Line($"var u{row}_{name} = x[x{row} + {step}];");
        writer.Line(string.Join(" ", Enumerable.Range(0, ThreadSide).Select(o => $"s{row}_{o} += u{row}_{name} * v{name}.{Eighth(o)};")));
    }

    private string Place(int step, int panel, int half) =>
        $"weight[(stagedStep + {step}) * {4 * OutputQuads} + lane + {panel * PanelWidth + half * Lanes}]";
}
