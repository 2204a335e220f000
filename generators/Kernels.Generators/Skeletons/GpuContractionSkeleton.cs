using Kernels.Generators.Emission;
using static Kernels.Generators.Skeletons.GpuContractionTile;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// The loop nests of a product on a GPU, written once. Many rows: a group of threads owns a tile, blocks of columns of both
/// factors go through shared memory, and a thread keeps 8 × 8 sums in named locals. Few rows: a group owns a panel, its slices
/// take turns at the runs of the contraction, and their sums are added in order. What is summed in which order depends on
/// the shape alone.
/// </summary>
/// <param name="writer">Where to write.</param>
/// <param name="tile">Sizes and weight format.</param>
/// <param name="hasEpilogue">Whether a method <c>Epilogue(sum)</c> is in scope.</param>
internal sealed class GpuContractionSkeleton(SourceWriter writer, GpuContractionTile tile, bool hasEpilogue)
{
    private const string Arguments =
        "(global::ILGPU.ArrayView<float> x, global::ILGPU.ArrayView<uint> w, global::ILGPU.ArrayView<float> y, global::Kernels.ProductArguments a)"
        + "\n    where TPanels : struct, global::Kernels.IGpuPanels";

    private const string Barrier = "global::ILGPU.Group.Barrier();";

    // A warp stages 8 columns of 4 rows: whole sectors of memory, and no two threads in one bank.
    private const int StagedColumns = 8;

    private static readonly IEnumerable<int> Side = Enumerable.Range(0, ThreadSide);

    /// <summary>Writes the kernel for many rows; the grid is (tiles of outputs, tiles of rows).</summary>
    public void WriteTile(string name)
    {
        var passes = Enumerable.Range(0, tile.Rows * StagedColumns / tile.Threads).ToArray();
        using (writer.Open($"private static void {name}<TPanels>{Arguments}"))
        {
            writer.Line($$"""
                var activations = global::ILGPU.SharedMemory.Allocate<global::Kernels.Float4>({{Depth * tile.RowQuads}});
                var activation = activations.Cast<float>();
                var weights = global::ILGPU.SharedMemory.Allocate<global::Kernels.Float4>({{Depth * tile.OutputQuads}});
                var weight = weights.Cast<float>();
                var thread = global::ILGPU.Group.IdxX;
                var firstRow = global::ILGPU.Grid.IdxY * {{tile.Rows}};
                var firstPanel = global::ILGPU.Grid.IdxX * {{tile.Outputs / PanelWidth}};
                int stagedColumn = thread & {{StagedColumns - 1}}, stagedRow = thread >> {{Log2(StagedColumns)}};
                var rowQuad = thread >> {{Log2(tile.Outputs / ThreadSide)}};
                var outputQuad = thread & {{tile.Outputs / ThreadSide - 1}};
                """);

            // Rows past the end repeat the last one: their sums are not stored.
            foreach (var pass in passes)
                writer.Line($"var x{pass} = a.Input + global::System.Math.Min(firstRow + stagedRow{Plus(pass * tile.Threads / StagedColumns)}, a.Rows - 1) * a.InputStride + stagedColumn;");
            tile.BeginStaging(writer);
            foreach (var r in Side) writer.Line($"float {Join(Side, o => $"{Sum(r, o)} = 0")};");
            using (writer.Open($"for (var first = 0; first < a.Inputs; first += {Depth})"))
            {
                for (var column = 0; column < Depth; column += StagedColumns) StageActivations(passes, column);
                tile.StageWeights(writer);
                writer.Line(Barrier);
                WriteMultiply();
                writer.Line(Barrier);
            }

            WriteStore();
        }

        writer.Line();
    }

    /// <summary>Writes the kernel for up to <paramref name="rows"/> rows; the grid is (panels), a group (lanes, slices).</summary>
    public void WriteStream(string name, int rows)
    {
        var all = Enumerable.Range(0, rows).ToArray();
        using (writer.Open($"private static void {name}<TPanels>{Arguments}"))
        {
            writer.Line($$"""
                var partial = global::ILGPU.SharedMemory.Allocate<float>({{tile.Slices * rows * PanelWidth}});
                int lane = global::ILGPU.Group.IdxX, slice = global::ILGPU.Group.IdxY, panel = global::ILGPU.Grid.IdxX;
                var runs = (a.Steps + {{RunSteps - 1}}) >> {{Log2(RunSteps)}};
                """);

            // Rows past the end repeat the last one: their sums are not stored.
            foreach (var r in all)
            {
                writer.Line($"var x{r} = a.Input{(r == 0 ? "" : $" + global::System.Math.Min({r}, a.Rows - 1) * a.InputStride")};");
                writer.Line($"float {Sum(r, 0)} = 0, {Sum(r, 1)} = 0;");
            }

            using (writer.Open($"for (var run = slice; run < runs; run += {tile.Slices})"))
            {
                writer.Line($$"""
                    var word = panel * a.PanelWords + (long)run * ({{tile.RunWords}}) + lane;
                    var column = run * {{RunSteps * tile.ColumnsPerStep}};
                    var steps = a.Steps - run * {{RunSteps}};
                    """);
                tile.BeginRun(writer);
                using (writer.Open($"if (steps >= {RunSteps})"))
                {
                    for (var step = 0; step < RunSteps; step++) tile.LoadStep(writer, $"{step}", $"{step}");
                    for (var step = 0; step < RunSteps; step++)
                        foreach (var r in all) tile.AddStep(writer, $"{step}", $"{step}", r);
                }

                using (writer.Open("else"))
                using (writer.Open("for (var step = 0; step < steps; step++)"))
                {
                    tile.LoadStep(writer, "step", "");
                    foreach (var r in all) tile.AddStep(writer, "step", "", r);
                }
            }

            foreach (var r in all)
                for (var half = 0; half < 2; half++)
                    writer.Line($"partial[slice * {rows * PanelWidth} + lane{Plus(r * PanelWidth + half * Lanes)}] = {Sum(r, half)};");
            writer.Line($$"""
                {{Barrier}}
                var item = slice * {{Lanes}} + lane;
                var row = item >> {{Log2(PanelWidth)}};
                var output = panel * {{PanelWidth}} + (item & {{PanelWidth - 1}});
                if (row >= {{rows}} || row >= a.Rows || output >= a.Outputs) return;
                float sum = 0;
                for (var part = 0; part < {{tile.Slices}}; part++) sum += partial[part * {{rows * PanelWidth}} + item];
                y[a.Output + row * a.OutputStride + output] = {{Finish("sum")}};
                """);
        }

        writer.Line();
    }

    private void StageActivations(int[] passes, int column)
    {
        string Place(int pass) => $"activation[(stagedColumn{Plus(column)}) * {4 * tile.RowQuads} + stagedRow{Plus(pass * tile.Threads / StagedColumns)}]";
        using (writer.Open($"if (first + stagedColumn{Plus(column)} < a.Inputs)"))
            writer.Line(Lines(passes, pass => $"{Place(pass)} = x[x{pass} + first{Plus(column)}];"));
        using (writer.Open("else"))
            writer.Line(Lines(passes, pass => $"{Place(pass)} = 0;"));
    }

    private void WriteMultiply()
    {
        using var _ = writer.Open($"for (var k = 0; k < {Depth}; k++)");
        writer.Line($$"""
            global::Kernels.Float4 u0 = activations[k * {{tile.RowQuads}} + rowQuad], u1 = activations[k * {{tile.RowQuads}} + rowQuad + {{tile.Rows / ThreadSide}}];
            global::Kernels.Float4 v0 = weights[k * {{tile.OutputQuads}} + outputQuad], v1 = weights[k * {{tile.OutputQuads}} + outputQuad + {{tile.Outputs / ThreadSide}}];
            """);
        foreach (var r in Side)
            writer.Line(string.Join(" ", Side.Select(o => $"{Sum(r, o)} += u{r / 4}.{"XYZW"[r % 4]} * v{o / 4}.{"XYZW"[o % 4]};")));
    }

    private void WriteStore()
    {
        writer.Line($"var output = firstPanel * {PanelWidth} + outputQuad * 4;");
        foreach (var r in Side)
        {
            writer.Line($"var row{r} = firstRow + rowQuad * 4{Plus(Place(r, tile.Rows))};");
            using (writer.Open($"if (row{r} < a.Rows)"))
            {
                writer.Line($"var place = a.Output + row{r} * a.OutputStride + output;");
                writer.Line(Lines(Side, o => $"if (output{Plus(Place(o, tile.Outputs))} < a.Outputs) y[place{Plus(Place(o, tile.Outputs))}] = {Finish(Sum(r, o))};"));
            }
        }

        static int Place(int index, int side) => index / 4 * (side / 2) + index % 4;
    }

    private string Finish(string sum) => hasEpilogue ? $"Epilogue({sum})" : sum;

    private static string Sum(int row, int output) => $"s{row}_{output}";

    private static string Join(IEnumerable<int> items, Func<int, string> part) => string.Join(", ", items.Select(part));

    private static string Lines(IEnumerable<int> items, Func<int, string> part) => string.Join("\n", items.Select(part));

    private static string Plus(int count) => count == 0 ? "" : $" + {count}";

    private static int Log2(int power)
    {
        var log = 0;
        while (1 << log < power) log++;
        return log;
    }
}
