using Kernels.Generators.Emission;
using static Kernels.Generators.Emission.Unrolled;
using static Kernels.Generators.Skeletons.GpuTransposedGroupTile;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// The loop nests of a product by grouped weights used transposed on a GPU. An index says which groups store an input, so that sums need
/// neither atomics nor turns. Many rows: activations of some outputs go through shared memory, and a thread walks the groups of its inputs
/// through them. Few rows: the threads of a team take turns at the groups of an input, and their sums are added in order. What is summed in
/// which order depends on shape and mask alone.
/// </summary>
/// <param name="writer">Where to write.</param>
/// <param name="tile">Sizes.</param>
/// <param name="epilogue">What follows the sums.</param>
internal sealed class GpuTransposedGroupSkeleton(SourceWriter writer, GpuTransposedGroupTile tile, GpuEpilogue epilogue)
{
    private const string Arguments =
        "(global::ILGPU.ArrayView<float> x, global::ILGPU.ArrayView<uint> w, global::ILGPU.ArrayView<uint> index, global::ILGPU.ArrayView<float> y, "
        + "global::ILGPU.ArrayView<float> operand, global::Kernels.TransposedGroupArguments a)\n    where TValues : struct, global::Kernels.IGpuValues";

    private const string Barrier = "global::ILGPU.Group.Barrier();";

    private static readonly int[] Side = Range(ThreadSide);

    /// <summary>Writes the kernel for many rows; the grid is (tiles of inputs, tiles of rows).</summary>
    public void WriteTile(string name)
    {
        var staging = new GpuActivationStaging(writer, tile.Side, tile.Threads, Depth);
        using (writer.Open($"private static void {name}<TValues>{Arguments}"))
        {
            writer.Line($$"""
                var thread = global::ILGPU.Group.IdxX;
                var firstRow = global::ILGPU.Grid.IdxY * {{tile.Side}};
                var rowQuad = thread & {{tile.RowThreads - 1}};
                var firstInput = global::ILGPU.Grid.IdxX * {{tile.Side}} + (thread >> {{PowerOfTwo.Log(tile.RowThreads)}}) * {{ThreadSide}};
                """);
            staging.Begin();
            foreach (var i in Side)
            {
                writer.Line($"var at{i} = {Bound(i)};");
                writer.Line($"float {Join(Side, r => $"{Sum(r, i)} = 0")};");
            }

            using (writer.Open($"for (var first = 0; first < a.Inputs; first += {Depth})"))
            {
                staging.Stage();
                writer.Line(Barrier);
                foreach (var i in Side) WriteWalk(i);
                writer.Line(Barrier);
            }

            WriteStore();
        }

        writer.Line();
    }

    /// <summary>Writes the kernel for blocks of <paramref name="count"/> rows; the grid is (groups of teams, blocks of rows).</summary>
    public void WriteStream(string name, int count)
    {
        var rows = Range(count);
        using (writer.Open($"private static void {name}<TValues>{Arguments}"))
        {
            writer.Line($$"""
                var partial = global::ILGPU.SharedMemory.Allocate<float>({{tile.StreamThreads * MostStreamRows}});
                var part = global::ILGPU.SharedMemory.Allocate<float>({{tile.StreamThreads * MostStreamRows / Together}});
                var thread = global::ILGPU.Group.IdxX;
                var firstInput = global::ILGPU.Grid.IdxX * {{tile.Teams}};
                var input = firstInput + (thread >> {{PowerOfTwo.Log(Team)}});
                var firstRow = global::ILGPU.Grid.IdxY * {{count}};
                int at = 0, end = 0;
                """);
            using (writer.Open("if (input < a.Outputs)"))
                writer.Line($"at = (int)index[input] + (thread & {Team - 1});\nend = (int)index[input + 1];");

            // Rows past the end repeat the last one: their sums are not stored.
            foreach (var r in rows)
            {
                writer.Line($"var x{r} = a.Input + global::System.Math.Min(firstRow{Plus(r)}, a.Rows - 1) * a.InputStride;");
                writer.Line($"float {Sum(r, 0)} = 0;");
            }

            var together = tile.StoredTogether;
            if (together > 1)
                using (writer.Open($"for (; at + {(together - 1) * Team} < end; at += {together * Team})"))
                    foreach (var i in Range(together)) AddStored(rows, $"(at{Plus(i * Team)})");
            using (writer.Open($"for (; at < end; at += {Team})")) AddStored(rows, "at");
            WriteReduction(rows);
        }

        writer.Line();
    }

    /// <summary>Adds those stored inputs of an input of the thread whose activations lie in shared memory.</summary>
    private void WriteWalk(int i)
    {
        // Read anew for every block: eight ends are more than registers hold beside 64 sums.
        writer.Line($"var end{i} = {Bound(i + 1)};");
        using var _ = writer.Open($"for (; at{i} < end{i}; at{i}++)");
        writer.Line($$"""
            var group = (int)index[a.Groups + at{{i}}];
            var output = group * {{tile.GroupRows}} - first;
            if (output >= {{Depth}}) break;
            """);
        AddValues($"at{i}", $"(firstInput{Plus(i)})", (value, place) =>
        {
            foreach (var quad in Range(ThreadSide / 4))
            {
                writer.Line($"var u{quad}{value} = activations[(output{place}) * {tile.RowQuads} + rowQuad{Plus(quad * tile.RowThreads)}];");
                writer.Line(string.Join(" ", Range(4).Select(r => $"{Sum(quad * 4 + r, i)} += u{quad}{value}.{"XYZW"[r]} * {value};")));
            }
        });
    }

    /// <summary>Adds one stored input of a team's input.</summary>
    private void AddStored(int[] rows, string at)
    {
        using var _ = writer.Open("");
        writer.Line($"var group = (int)index[a.Groups + {at}];\nvar output = group * {tile.GroupRows};");
        AddValues(at, "input", (value, place) =>
        {
            foreach (var r in rows) writer.Line($"{Sum(r, 0)} += x[x{r} + output{place}] * {value};");
        });
    }

    /// <summary>Loads a group's values of a stored input, scaled, as many at once as there are or fit.</summary>
    /// <param name="at">Where the index has it, as text. In scope: group.</param>
    /// <param name="input">The input, as text.</param>
    /// <param name="add">Adds a value, given its name and what its output is past the group's first.</param>
    private void AddValues(string at, string input, Action<string, string> add)
    {
        var isLoop = tile.GroupRows > tile.Values;
        var past = isLoop ? " + past" : "";
        writer.Line($"var stored = (long)index[a.Stored + {at}] * {tile.GroupRows};");
        using var _ = writer.Open(isLoop ? $"for (var past = 0; past < {tile.GroupRows}; past += {tile.Values})" : "");
        GpuGroupValues.Load(writer, "TValues", tile.Values, $"a.Values, stored{past}", "v");
        using (writer.Open("if (TValues.IsScaled)"))
        {
            var scales = $"a.Scales, ((long)group * a.ScaleGroups + ({input} >> a.ScaleShift)) * {tile.GroupRows}{past}";
            GpuGroupValues.Load(writer, "global::Kernels.GpuFloat32Values", tile.Values, scales, "scale");
            writer.Line(string.Join(" ", Range(tile.Values).Select(o => $"v{o} *= scale{o};")));
        }

        foreach (var o in Range(tile.Values)) add($"v{o}", $"{past}{Plus(o)}");
    }

    /// <summary>Adds the sums of a team's threads in two rounds, each in one order, and stores them.</summary>
    private void WriteReduction(int[] rows)
    {
        foreach (var r in rows) writer.Line($"partial[thread{Plus(r * tile.StreamThreads)}] = {Sum(r, 0)};");
        writer.Line(Barrier);
        using (writer.Open($"for (var item = thread; item < {rows.Length * tile.StreamThreads / Together}; item += {tile.StreamThreads})"))
            writer.Line($"part[item] = {string.Join(" + ", Range(Together).Select(i => $"partial[item * {Together}{Plus(i)}]"))};");
        writer.Line(Barrier);
        using (writer.Open($"for (var item = thread; item < {rows.Length * tile.Teams}; item += {tile.StreamThreads})"))
        {
            writer.Line($$"""
                var row = firstRow + (item >> {{PowerOfTwo.Log(tile.Teams)}});
                var place = firstInput + (item & {{tile.Teams - 1}});
                if (row >= a.Rows || place >= a.Outputs) continue;
                var sum = {{string.Join(" + ", Range(Team / Together).Select(i => $"part[item * {Team / Together}{Plus(i)}]"))}};
                var beside = a.Operand + row * a.OperandStride + place;
                """);
            epilogue.AddOperand("sum", "beside");
            writer.Line($"y[a.Output + row * a.OutputStride + place] = {epilogue.Finish("sum", "beside")};");
        }
    }

    private void WriteStore()
    {
        foreach (var r in Side)
        {
            writer.Line($"var row{r} = firstRow + rowQuad * 4{Plus(r / 4 * 4 * tile.RowThreads + r % 4)};");
            using var _ = writer.Open($"if (row{r} < a.Rows)");
            writer.Line($"var place = a.Output + row{r} * a.OutputStride + firstInput;\nvar beside = a.Operand + row{r} * a.OperandStride + firstInput;");
            foreach (var i in Side)
                using (writer.Open($"if (firstInput{Plus(i)} < a.Outputs)"))
                {
                    epilogue.AddOperand(Sum(r, i), $"beside{Plus(i)}");
                    writer.Line($"y[place{Plus(i)}] = {epilogue.Finish(Sum(r, i), $"beside{Plus(i)}")};");
                }
        }
    }

    /// <summary>Where the stored inputs of a thread's input begin, or end with those of the last.</summary>
    private static string Bound(int input) => $"(int)index[global::System.Math.Min(firstInput{Plus(input)}, a.Outputs)]";

    private static string Sum(int row, int input) => $"s{row}_{input}";
}
