using Kernels.Generators.Emission;
using static Kernels.Generators.Emission.Unrolled;
using static Kernels.Generators.Skeletons.GpuContractionTile;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// The loop nests of a product on a GPU, written once. Many rows: a group of threads owns a tile, blocks of columns of both
/// factors go through shared memory, and a thread keeps 8 × 8 sums in named locals. Few rows: a group owns 32 outputs, its threads take
/// turns at the weights, and their sums are added in order. What is summed in which order depends on the shape alone. Used
/// transposed, weights lead back: the activations' columns are outputs of the weights, and the result's are inputs.
/// </summary>
/// <param name="writer">Where to write.</param>
/// <param name="tile">Sizes and weight format.</param>
/// <param name="stream">How weights pass a few rows.</param>
/// <param name="epilogue">What follows the sums.</param>
internal sealed class GpuContractionSkeleton(SourceWriter writer, GpuContractionTile tile, GpuStream stream, GpuEpilogue epilogue)
{
    private const string Arguments =
        "(global::ILGPU.ArrayView<float> x, global::ILGPU.ArrayView<uint> w, global::ILGPU.ArrayView<float> y, " + GpuEpilogue.Parameters + ", global::Kernels.ProductArguments a)"
        + "\n    where TPanels : struct, global::Kernels.IGpuPanels";

    /// <summary>What no thread of a group passes before all have come.</summary>
    public const string Barrier = "global::ILGPU.Group.Barrier();";

    private static readonly int[] Side = Range(ThreadSide);

    /// <summary>Writes the kernel for many rows; the grid is (tiles of outputs, tiles of rows).</summary>
    public void WriteTile(string name)
    {
        var staging = new GpuActivationStaging(writer, tile.Rows, tile.Threads, tile.Depth);
        using (writer.Open($"private static void {name}<TPanels>{Arguments}"))
        {
            writer.Line($$"""
                var weights = global::ILGPU.SharedMemory.Allocate<global::Kernels.Float4>({{tile.Depth * tile.OutputQuads}});
                var weight = weights.Cast<float>();
                var thread = global::ILGPU.Group.IdxX;
                var firstRow = global::ILGPU.Grid.IdxY * {{tile.Rows}};
                var firstOutput = global::ILGPU.Grid.IdxX * {{tile.Outputs}};
                var rowQuad = thread >> {{PowerOfTwo.Log(tile.Outputs / ThreadSide)}};
                var outputQuad = thread & {{tile.Outputs / ThreadSide - 1}};
                """);
            staging.Begin();
            tile.BeginStaging(writer);
            foreach (var r in Side) writer.Line($"float {Join(Side, o => $"{Sum(r, o)} = 0")};");
            using (writer.Open($"for (var first = 0; first < a.Inputs; first += {tile.Depth})"))
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

    /// <summary>Writes the kernel for blocks of <paramref name="rows"/> rows; the grid is (32 outputs each, blocks of rows).</summary>
    public void WriteStream(string name, int rows)
    {
        var all = Range(rows);
        using (writer.Open($"private static void {name}<TPanels>{Arguments}"))
        {
            writer.Line($$"""
                var partials = global::ILGPU.SharedMemory.Allocate<global::Kernels.Float4>({{tile.StreamSharedBytes / 16}});
                var partial = partials.Cast<float>();
                var quads = global::ILGPU.Runtime.ArrayViewExtensions.AsAligned(w, 16).Cast<global::Kernels.UInt4>();
                int thread = global::ILGPU.Group.IdxX, quad = thread & {{SliceThreads - 1}};
                var firstOutput = global::ILGPU.Grid.IdxX * {{PanelWidth}};
                var firstRow = global::ILGPU.Grid.IdxY{{(rows == 1 ? "" : $" * {rows}")}};
                """);

            // Rows past the end repeat the last one: their sums are not stored.
            foreach (var r in all)
                writer.Line($"var x{r} = a.Input + global::System.Math.Min(firstRow{Plus(r)}, a.Rows - 1) * a.InputStride;");
            stream.WriteSums(all);
            WriteSumsOfParts(all);
        }

        writer.Line();
    }

    /// <summary>Adds the parts of every output's sum, of which thread 32 · part + output has its rows' as <c>t0</c>, <c>t1</c>, …, in order.</summary>
    private void WriteSumsOfParts(int[] rows)
    {
        var parts = tile.StreamThreads / PanelWidth;
        foreach (var r in rows) writer.Line($"partial[thread{Plus(r * tile.StreamThreads)}] = t{r};");
        writer.Line(Barrier);
        using (writer.Open($"for (var item = thread; item < {rows.Length * PanelWidth}; item += {tile.StreamThreads})"))
        {
            writer.Line($$"""
                var block = item >> {{PowerOfTwo.Log(PanelWidth)}};
                var row = firstRow + block;
                var place = firstOutput + (item & {{PanelWidth - 1}});
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
        using var _ = writer.Open($"for (var k = 0; k < {tile.Depth}; k++)");
        writer.Line($$"""
            global::Kernels.Float4 u0 = activations[k * {{tile.RowQuads}} + rowQuad], u1 = activations[k * {{tile.RowQuads}} + rowQuad + {{tile.Rows / ThreadSide}}];
            global::Kernels.Float4 v0 = weights[k * {{tile.OutputQuads}} + outputQuad], v1 = weights[k * {{tile.OutputQuads}} + outputQuad + {{tile.Outputs / ThreadSide}}];
            """);
        foreach (var r in Side)
            writer.Line(string.Join(" ", Side.Select(o => $"{Sum(r, o)} += u{r / 4}.{"XYZW"[r % 4]} * v{o / 4}.{"XYZW"[o % 4]};")));
    }

    private void WriteStore()
    {
        writer.Line("var output = firstOutput + outputQuad * 4;");
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

    /// <summary>A thread's sum for a row and one of its outputs.</summary>
    public static string Sum(int row, int output) => $"s{row}_{output}";
}
