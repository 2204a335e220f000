using Kernels.Generators.Emission;
using Kernels.Generators.Skeletons;
using static Kernels.Generators.Skeletons.GpuPanelPlaces;

namespace Kernels.Generators.Targets.Gpu;

/// <summary>
/// 2:4 weights: a step is a group of four columns with two stored weights of every output. A word per output at the head of a
/// run holds the places of its sixteen weights, four bits a step. A tile spreads them to four columns with zeros between: one
/// activation fetched for eight outputs costs less than one fetched for each weight.
/// </summary>
internal sealed class GpuMatMulSemiStructuredTile(int rows, int outputs, int slices) : GpuForwardTile(rows, outputs, slices)
{
    private const int StagedSteps = StagedColumns / 4, PanelThreads = Lanes * StagedSteps;

    public override int ColumnsPerStep => 4;

    private int Passes => Outputs / PanelWidth * PanelThreads / Threads;

    public override void BeginStaging(SourceWriter writer)
    {
        writer.Line($"int lane = thread & {Lanes - 1}, stagedStep = (thread >> 4) & {StagedSteps - 1}, stagedPanel = thread >> 6, firstPanel = firstOutput >> 5;");
        for (var pass = 0; pass < Passes; pass++)
            writer.Line($"var w{pass} = global::System.Math.Min(firstPanel + stagedPanel + {pass * Threads / PanelThreads}, a.Panels - 1) * a.PanelWords;");
    }

    public override void StageWeights(SourceWriter writer)
    {
        writer.Line($"var step = (first >> 2) + stagedStep;");
        using (writer.Open("if (step < a.Steps)"))
            for (var pass = 0; pass < Passes; pass++)
            {
                writer.Line($$"""
                    var run{{pass}} = {{Run($"w{pass}", "step", 1)}};
                    var scales{{pass}} = {{RunScales($"w{pass}", "step", 1)}};
                    uint m{{pass}} = w[run{{pass}} + lane] >> ((step & 7) << 2), n{{pass}} = w[run{{pass}} + lane + {{Lanes}}] >> ((step & 7) << 2);
                    var slots{{pass}} = {{RunSlots($"run{pass}", "step", 1)}};
                    var f{{pass}} = TPanels.Scale(TPanels.Load(w, slots{{pass}}, lane), w, scales{{pass}}, lane);
                    var g{{pass}} = TPanels.Scale(TPanels.Load(w, slots{{pass}} + TPanels.RowWords, lane), w, scales{{pass}}, lane);
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

    // Slices are whole runs apart, so a thread's steps have their places in the same bits of every word.
    public override void BeginStream(SourceWriter writer) => writer.Line($"var shift = (slice & {RunSteps - 1}) << 2;");

    public override int StepsTogether(int rows) => rows == 1 ? 2 : 1;

    public override void LoadStep(SourceWriter writer, string step, string name, int rows)
    {
        writer.Line($$"""
            var run{{name}} = {{Run("first", step, 4)}};
            var scales{{name}} = {{RunScales("first", step, 4)}};
            global::Kernels.UInt4 m{{name}} = quads[run{{name}} + quad], n{{name}} = quads[run{{name}} + quad + {{SliceThreads}}];
            var slots{{name}} = {{RunSlots($"run{name}", "slice", 4)}};
            var f{{name}} = TPanels.Scale(TPanels.LoadEight(quads, slots{{name}}, quad), quads, scales{{name}}, quad);
            var g{{name}} = TPanels.Scale(TPanels.LoadEight(quads, slots{{name}} + (TPanels.RowWords >> 2), quad), quads, scales{{name}}, quad);
            """);
        for (var o = 0; o < ThreadSide; o++)
        {
            writer.Line($"uint p{o}_{name} = ({(o < 4 ? "m" : "n")}{name}.{"XYZW"[o & 3]} >> shift) & 3u, q{o}_{name} = ({(o < 4 ? "m" : "n")}{name}.{"XYZW"[o & 3]} >> (shift + 2)) & 3u;");
            if (rows == 1) continue;
            writer.Line($"float {string.Join(", ", Enumerable.Range(0, ColumnsPerStep).Select(c => $"d{o}_{c}_{name} = p{o}_{name} == {c}u ? f{name}.{Eighth(o)} : q{o}_{name} == {c}u ? g{name}.{Eighth(o)} : 0f"))};");
        }
    }

    // One row fetches what the places name; more share weights spread over the columns, with zeros between.
    public override void AddStep(SourceWriter writer, string step, string name, int row, int rows)
    {
        writer.Line($"var u{row}_{name} = x{row} + {step} * {ColumnsPerStep};");
        if (rows == 1)
        {
            for (var o = 0; o < ThreadSide; o++)
                writer.Line($"s{row}_{o} += x[u{row}_{name} + p{o}_{name}] * f{name}.{Eighth(o)} + x[u{row}_{name} + q{o}_{name}] * g{name}.{Eighth(o)};");
            return;
        }

        var columns = Enumerable.Range(0, ColumnsPerStep).ToArray();
        writer.Line($"float {string.Join(", ", columns.Select(c => $"u{row}_{c}_{name} = x[u{row}_{name} + {c}]"))};");
        for (var o = 0; o < ThreadSide; o++)
            writer.Line(string.Join(" ", columns.Select(c => $"s{row}_{o} += u{row}_{c}_{name} * d{o}_{c}_{name};")));
    }

    private string Place(int pass, int column, int half) =>
        $"weight[(stagedStep * 4 + {column}) * {4 * OutputQuads} + stagedPanel * {PanelWidth} + lane + {pass * Threads / PanelThreads * PanelWidth + half * Lanes}]";
}
