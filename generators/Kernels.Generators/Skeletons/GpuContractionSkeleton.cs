using Kernels.Generators.Emission;
using static Kernels.Generators.Emission.Unrolled;
using static Kernels.Generators.Skeletons.GpuContractionTile;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// The loop nests of a product on a GPU, written once. Many rows: a group of threads owns a tile, blocks of columns of both
/// factors go through shared memory, and a thread keeps 8 × 8 sums in named locals. Few rows: a group owns a panel, its slices
/// take turns at the steps of the contraction, and their sums are added in order. What is summed in which order depends on
/// the shape alone.
/// </summary>
/// <param name="writer">Where to write.</param>
/// <param name="tile">Sizes and weight format.</param>
/// <param name="epilogue">What follows the sums.</param>
internal sealed class GpuContractionSkeleton(SourceWriter writer, GpuContractionTile tile, GpuEpilogue epilogue)
{
    private const string Arguments =
        "(global::ILGPU.ArrayView<float> x, global::ILGPU.ArrayView<uint> w, global::ILGPU.ArrayView<float> y, " + GpuEpilogue.Parameters + ", global::Kernels.ProductArguments a)"
        + "\n    where TPanels : struct, global::Kernels.IGpuPanels";

    private const string Barrier = "global::ILGPU.Group.Barrier();";

    private static readonly IEnumerable<int> Side = Enumerable.Range(0, ThreadSide);

    /// <summary>Writes the kernel for many rows; the grid is (tiles of outputs, tiles of rows).</summary>
    public void WriteTile(string name)
    {
        var staging = new GpuActivationStaging(writer, tile.Rows, tile.Threads, Depth);
        using (writer.Open($"private static void {name}<TPanels>{Arguments}"))
        {
            writer.Line($$"""
                var weights = global::ILGPU.SharedMemory.Allocate<global::Kernels.Float4>({{Depth * tile.OutputQuads}});
                var weight = weights.Cast<float>();
                var thread = global::ILGPU.Group.IdxX;
                var firstRow = global::ILGPU.Grid.IdxY * {{tile.Rows}};
                var firstPanel = global::ILGPU.Grid.IdxX * {{tile.Outputs / PanelWidth}};
                var rowQuad = thread >> {{PowerOfTwo.Log(tile.Outputs / ThreadSide)}};
                var outputQuad = thread & {{tile.Outputs / ThreadSide - 1}};
                """);
            staging.Begin();
            tile.BeginStaging(writer);
            foreach (var r in Side) writer.Line($"float {Join(Side, o => $"{Sum(r, o)} = 0")};");
            using (writer.Open($"for (var first = 0; first < a.Inputs; first += {Depth})"))
            {
                staging.Stage();
                tile.StageWeights(writer);
                writer.Line(Barrier);
                WriteMultiply();
                writer.Line(Barrier);
            }

            WriteStore();
        }

        writer.Line();
    }

    /// <summary>
    /// Writes the kernel for blocks of <paramref name="rows"/> rows; the grid is (panels, blocks of rows). Four neighbouring threads
    /// are a slice: they read a panel row together, 16 bytes or more each, and have eight outputs each. Slices take turns at the steps.
    /// </summary>
    public void WriteStream(string name, int rows)
    {
        var all = Enumerable.Range(0, rows).ToArray();
        using (writer.Open($"private static void {name}<TPanels>{Arguments}"))
        {
            writer.Line($$"""
                var partials = global::ILGPU.SharedMemory.Allocate<global::Kernels.Float4>({{tile.Slices * PanelWidth / 4}});
                var partial = partials.Cast<float>();
                var quads = global::ILGPU.Runtime.ArrayViewExtensions.AsAligned(w, 16).Cast<global::Kernels.UInt4>();
                int thread = global::ILGPU.Group.IdxX, quad = thread & {{SliceThreads - 1}}, slice = thread >> {{PowerOfTwo.Log(SliceThreads)}};
                var panel = global::ILGPU.Grid.IdxX;
                var firstRow = global::ILGPU.Grid.IdxY{{(rows == 1 ? "" : $" * {rows}")}};
                var first = panel * (a.PanelWords >> 2);
                """);

            // Rows past the end repeat the last one: their sums are not stored.
            foreach (var r in all)
            {
                writer.Line($"var x{r} = a.Input + global::System.Math.Min(firstRow{Plus(r)}, a.Rows - 1) * a.InputStride;");
                writer.Line($"float {Join(Side, o => $"{Sum(r, o)} = 0")};");
            }

            tile.BeginStream(writer);
            writer.Line("var step = slice;");
            var together = tile.StepsTogether(rows);
            if (together > 1)
                using (writer.Open($"for (; step + {(together - 1) * tile.Slices} < a.Steps; step += {together * tile.Slices})"))
                    AddSteps(all, together);
            using (writer.Open($"for (; step < a.Steps; step += {tile.Slices})")) AddSteps(all, 1);
            WriteReduction(all);
        }

        writer.Line();
    }

    private void AddSteps(int[] rows, int together)
    {
        for (var i = 0; i < together; i++) tile.LoadStep(writer, $"(step{Plus(i * tile.Slices)})", $"{i}", rows.Length);
        for (var i = 0; i < together; i++)
            foreach (var r in rows) tile.AddStep(writer, $"(step{Plus(i * tile.Slices)})", $"{i}", r, rows.Length);
    }

    /// <summary>Adds the slices' sums in two rounds, each in one order: eight slices a part, then the parts.</summary>
    private void WriteReduction(int[] rows)
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
        foreach (var r in rows) writer.Line($"partial[thread{Plus(r * tile.StreamThreads)}] = t{r};");
        writer.Line(Barrier);
        using (writer.Open($"for (var item = thread; item < {rows.Length * PanelWidth}; item += {tile.StreamThreads})"))
        {
            writer.Line($$"""
                var block = item >> {{PowerOfTwo.Log(PanelWidth)}};
                var row = firstRow + block;
                var place = panel * {{PanelWidth}} + (item & {{PanelWidth - 1}});
                if (row >= a.Rows || place >= a.Outputs) continue;
                float sum = 0;
                for (var i = 0; i < {{parts}}; i++) sum += partial[block * {{tile.StreamThreads}} + i * {{PanelWidth}} + (item & {{PanelWidth - 1}})];
                """);
            using (writer.Open($"if ({GpuEpilogue.HasBias})")) epilogue.AddBias("place", "sum");
            writer.Line("var beside = a.Operand + row * a.OperandStride + place;");
            epilogue.AddOperand("sum", "beside");
            writer.Line($"y[a.Output + row * a.OutputStride + place] = {epilogue.Finish("sum", "beside")};");
        }
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
        using (writer.Open($"if ({GpuEpilogue.HasBias})"))
            foreach (var o in Side)
                using (writer.Open($"if (output{Plus(Place(o, tile.Outputs))} < a.Outputs)"))
                    epilogue.AddBias($"output{Plus(Place(o, tile.Outputs))}", [.. Side.Select(r => Sum(r, o))]);
        foreach (var r in Side)
        {
            writer.Line($"var row{r} = firstRow + rowQuad * 4{Plus(Place(r, tile.Rows))};");
            using (writer.Open($"if (row{r} < a.Rows)"))
            {
                writer.Line($"var place = a.Output + row{r} * a.OutputStride + output;");
                writer.Line($"var beside = a.Operand + row{r} * a.OperandStride + output;");
                foreach (var o in Side)
                    using (writer.Open($"if (output{Plus(Place(o, tile.Outputs))} < a.Outputs)"))
                    {
                        epilogue.AddOperand(Sum(r, o), $"beside{Plus(Place(o, tile.Outputs))}");
                        writer.Line($"y[place{Plus(Place(o, tile.Outputs))}] = {epilogue.Finish(Sum(r, o), $"beside{Plus(Place(o, tile.Outputs))}")};");
                    }
            }
        }

        static int Place(int index, int side) => index / 4 * (side / 2) + index % 4;
    }

    private static string Sum(int row, int output) => $"s{row}_{output}";
}
