using Kernels.Generators.Emission;
using Kernels.Generators.Skeletons;

namespace Kernels.Generators.Targets.Gpu;

/// <summary>Dense weights: a step is one column, a run eight of them.</summary>
internal sealed class GpuMatMulDenseTile(int rows, int outputs, int slices) : GpuContractionTile(rows, outputs, slices)
{
    public override int ColumnsPerStep => 1;

    public override string RunWords => $"{RunSteps} * TPanels.RowWords";

    public override void BeginStaging(SourceWriter writer)
    {
        writer.Line($"int lane = thread & {Lanes - 1}, stagedStep = thread >> 4;");
        for (var panel = 0; panel < Outputs / PanelWidth; panel++)
            writer.Line($"var w{panel} = global::System.Math.Min(firstPanel + {panel}, a.Panels - 1) * a.PanelWords + lane;");
    }

    public override void StageWeights(SourceWriter writer)
    {
        for (var step = 0; step < Depth; step += Threads / Lanes)
        {
            using (writer.Open($"if (first + stagedStep + {step} < a.Inputs)"))
                for (var panel = 0; panel < Outputs / PanelWidth; panel++)
                {
                    writer.Line($"var v{panel} = TPanels.Load(w, w{panel} + (first + stagedStep + {step}) * TPanels.RowWords);");
                    writer.Line($"{Place(step, panel, 0)} = v{panel}.First;\n{Place(step, panel, 1)} = v{panel}.Second;");
                }

            using (writer.Open("else"))
                for (var panel = 0; panel < Outputs / PanelWidth; panel++)
                    writer.Line($"{Place(step, panel, 0)} = 0;\n{Place(step, panel, 1)} = 0;");
        }
    }

    public override void BeginRun(SourceWriter writer)
    {
    }

    public override void LoadStep(SourceWriter writer, string step, string name) =>
        writer.Line($"var v{name} = TPanels.Load(w, word + {step} * TPanels.RowWords);");

    public override void AddStep(SourceWriter writer, string step, string name, int row)
    {
        var activation = $"u{row}_{name}";
        writer.Line($"var {activation} = x[x{row} + column + {step}];");
        writer.Line($"s{row}_0 += {activation} * v{name}.First;\ns{row}_1 += {activation} * v{name}.Second;");
    }

    private string Place(int step, int panel, int half) =>
        $"weight[(stagedStep + {step}) * {4 * OutputQuads} + lane + {panel * PanelWidth + half * Lanes}]";
}
