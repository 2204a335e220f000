using Kernels.Generators.Emission;
using static Kernels.Generators.Emission.Unrolled;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// The loop nests of a product by grouped weights on a GPU. Many rows: columns of the activations go through shared memory, and a thread
/// walks the stored inputs of its groups through them, one place in memory after the other. Few rows: the threads of a team take turns
/// at the stored inputs of a group, and their sums are added in order. What is summed in which order depends on shape and mask alone.
/// </summary>
/// <param name="writer">Where to write.</param>
/// <param name="tile">Sizes.</param>
/// <param name="epilogue">What follows the sums.</param>
internal sealed class GpuGroupSkeleton(SourceWriter writer, GpuGroupTile tile, GpuEpilogue epilogue)
{
    private const string Arguments =
        "(global::ILGPU.ArrayView<float> x, global::ILGPU.ArrayView<uint> w, global::ILGPU.ArrayView<float> y, " + GpuEpilogue.Parameters + ", global::Kernels.GroupProductArguments a)"
        + "\n    where TValues : struct, global::Kernels.IGpuValues";

    private const string Barrier = "global::ILGPU.Group.Barrier();";

    private readonly int[] _outputs = [.. Enumerable.Range(0, tile.GroupRows)];

    /// <summary>Writes the kernel for many rows; the grid is (tiles of outputs, tiles of rows).</summary>
    public void WriteTile(string name)
    {
        var staging = new GpuActivationStaging(writer, tile.Side, tile.Threads, GpuGroupTile.Depth);
        var (rows, groups) = (Range(tile.ThreadRows), Range(tile.ThreadGroups));
        using (writer.Open($"private static void {name}<TValues>{Arguments}"))
        {
            writer.Line($$"""
                var columns = w.Cast<ushort>();
                var thread = global::ILGPU.Group.IdxX;
                var firstRow = global::ILGPU.Grid.IdxY * {{tile.Side}};
                var rowQuad = thread & {{tile.RowThreads - 1}};
                var firstGroup = global::ILGPU.Grid.IdxX * {{tile.Side / tile.GroupRows}} + (thread >> {{PowerOfTwo.Log(tile.RowThreads)}}) * {{tile.ThreadGroups}};
                """);
            staging.Begin();
            foreach (var g in groups)
            {
                writer.Line($"int i{g} = 0, end{g} = 0;");
                using (writer.Open($"if (firstGroup{Plus(g)} < a.Groups)"))
                    writer.Line($"i{g} = (int)w[firstGroup{Plus(g)}];\nend{g} = (int)w[firstGroup{Plus(g + 1)}];");
                foreach (var r in rows) writer.Line($"float {Join(_outputs, o => $"{Sum(r, g, o)} = 0")};");
            }

            using (writer.Open($"for (var first = 0; first < a.Inputs; first += {GpuGroupTile.Depth})"))
            {
                staging.Stage();
                writer.Line(Barrier);
                foreach (var g in groups) WriteWalk(g, rows);
                writer.Line(Barrier);
            }

            WriteStore(rows, groups);
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
                var partial = global::ILGPU.SharedMemory.Allocate<float>({{tile.StreamThreads * tile.GroupRows}});
                var part = global::ILGPU.SharedMemory.Allocate<float>({{tile.StreamThreads * tile.GroupRows / GpuGroupTile.Together}});
                var columns = w.Cast<ushort>();
                var thread = global::ILGPU.Group.IdxX;
                var firstGroup = global::ILGPU.Grid.IdxX * {{tile.Teams}};
                var group = firstGroup + (thread >> {{PowerOfTwo.Log(tile.Team)}});
                var firstRow = global::ILGPU.Grid.IdxY * {{count}};
                int i = 0, end = 0;
                """);
            using (writer.Open("if (group < a.Groups)"))
                writer.Line($"i = (int)w[group] + (thread & {tile.Team - 1});\nend = (int)w[group + 1];");

            // Rows past the end repeat the last one: their sums are not stored.
            foreach (var r in rows)
            {
                writer.Line($"var x{r} = a.Input + global::System.Math.Min(firstRow{Plus(r)}, a.Rows - 1) * a.InputStride;");
                writer.Line($"float {Join(_outputs, o => $"{Sum(r, 0, o)} = 0")};");
            }

            var together = tile.StepsTogether;
            if (together > 1)
                using (writer.Open($"for (; i + {(together - 1) * tile.Team} < end; i += {together * tile.Team})"))
                    AddSteps(rows, together);
            using (writer.Open($"for (; i < end; i += {tile.Team})")) AddSteps(rows, 1);
            foreach (var r in rows) WriteReduction(r);
        }

        writer.Line();
    }

    /// <summary>Adds the stored inputs of a thread's group that lie in shared memory.</summary>
    private void WriteWalk(int g, int[] rows)
    {
        using var _ = writer.Open($"for (; i{g} < end{g}; i{g}++)");
        writer.Line($"var column = columns[a.Columns + i{g}] - first;");
        writer.Line($"if (column >= {GpuGroupTile.Depth}) break;");
        for (var quad = 0; quad < tile.ThreadRows / 4; quad++)
            writer.Line($"var u{quad} = activations[column * {tile.RowQuads} + rowQuad{Plus(quad * tile.RowThreads)}];");
        LoadValues($"(firstGroup{Plus(g)})", $"i{g}", "(first + column)", "v");
        foreach (var r in rows)
            writer.Line(string.Join(" ", _outputs.Select(o => $"{Sum(r, g, o)} += u{r / 4}.{"XYZW"[r % 4]} * v{o};")));
    }

    private void AddSteps(int[] rows, int together)
    {
        foreach (var step in Range(together))
        {
            var stored = $"(i{Plus(step * tile.Team)})";
            writer.Line($"int c{step} = columns[a.Columns + {stored}];");
            LoadValues("group", stored, $"c{step}", $"v{step}_");
        }

        foreach (var step in Range(together))
            foreach (var r in rows)
            {
                writer.Line($"var u{r}_{step} = x[x{r} + c{step}];");
                writer.Line(string.Join(" ", _outputs.Select(o => $"{Sum(r, 0, o)} += u{r}_{step} * v{step}_{o};")));
            }
    }

    /// <summary>Loads a group's values of one stored input, scaled, into locals <paramref name="name"/>0, <paramref name="name"/>1, …</summary>
    private void LoadValues(string group, string stored, string column, string name)
    {
        GpuGroupValues.Load(writer, "TValues", tile.GroupRows, $"a.Values, (long){stored} * {tile.GroupRows}", name);
        using var _ = writer.Open("if (TValues.IsScaled)");
        var scales = $"a.Scales, ((long){group} * a.ScaleGroups + ({column} >> a.ScaleShift)) * {tile.GroupRows}";
        GpuGroupValues.Load(writer, "global::Kernels.GpuFloat32Values", tile.GroupRows, scales, "scale");
        writer.Line(string.Join(" ", _outputs.Select(o => $"{name}{o} *= scale{o};")));
    }

    /// <summary>Adds the sums of a team's threads for one row in two rounds, each in one order.</summary>
    private void WriteReduction(int row)
    {
        var threads = tile.StreamThreads;
        var (parts, partsOfTeam) = (threads / GpuGroupTile.Together, tile.Team / GpuGroupTile.Together);
        foreach (var o in _outputs) writer.Line($"partial[thread{Plus(o * threads)}] = {Sum(row, 0, o)};");
        writer.Line(Barrier);
        using (writer.Open($"for (var item = thread; item < {parts * tile.GroupRows}; item += {threads})"))
            writer.Line($"part[item] = {string.Join(" + ", Range(GpuGroupTile.Together).Select(i => $"partial[item * {GpuGroupTile.Together}{Plus(i)}]"))};");
        writer.Line(Barrier);
        using (writer.Open($"if (thread < {tile.Teams * tile.GroupRows} && firstRow{Plus(row)} < a.Rows)"))
        {
            writer.Line($"int team{row} = thread >> {PowerOfTwo.Log(tile.GroupRows)}, output{row} = thread & {tile.GroupRows - 1};");
            using (writer.Open($"if (firstGroup + team{row} < a.Groups)"))
            {
                writer.Line($$"""
                    float sum = 0;
                    for (var k = 0; k < {{partsOfTeam}}; k++) sum += part[output{{row}} * {{parts}} + team{{row}} * {{partsOfTeam}} + k];
                    var place = (firstGroup + team{{row}}) * {{tile.GroupRows}} + output{{row}};
                    """);
                using (writer.Open($"if ({GpuEpilogue.HasBias})")) epilogue.AddBias("place", "sum");
                writer.Line($"var beside = a.Operand + (firstRow{Plus(row)}) * a.OperandStride + place;");
                epilogue.AddOperand("sum", "beside");
                writer.Line($"y[a.Output + (firstRow{Plus(row)}) * a.OutputStride + place] = {epilogue.Finish("sum", "beside")};");
            }
        }
    }

    private void WriteStore(int[] rows, int[] groups)
    {
        using (writer.Open($"if ({GpuEpilogue.HasBias})"))
            foreach (var g in groups)
                using (writer.Open($"if (firstGroup{Plus(g)} < a.Groups)"))
                    foreach (var o in _outputs)
                        using (writer.Open(""))
                            epilogue.AddBias($"firstGroup * {tile.GroupRows}{Plus(g * tile.GroupRows + o)}", [.. rows.Select(r => Sum(r, g, o))]);
        foreach (var r in rows)
        {
            writer.Line($"var row{r} = firstRow + rowQuad * 4{Plus(r / 4 * 4 * tile.RowThreads + r % 4)};");
            using (writer.Open($"if (row{r} < a.Rows)"))
            {
                writer.Line($"var place = a.Output + row{r} * a.OutputStride + firstGroup * {tile.GroupRows};");
                writer.Line($"var beside = a.Operand + row{r} * a.OperandStride + firstGroup * {tile.GroupRows};");
                foreach (var g in groups)
                    using (writer.Open($"if (firstGroup{Plus(g)} < a.Groups)"))
                        foreach (var o in _outputs)
                        {
                            var beside = $"beside{Plus(g * tile.GroupRows + o)}";
                            epilogue.AddOperand(Sum(r, g, o), beside);
                            writer.Line($"y[place{Plus(g * tile.GroupRows + o)}] = {epilogue.Finish(Sum(r, g, o), beside)};");
                        }
            }
        }
    }

    private static string Sum(int row, int group, int output) => $"s{row}_{group}_{output}";
}
