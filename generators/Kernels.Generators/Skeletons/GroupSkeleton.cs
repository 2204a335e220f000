using Kernels.Generators.Emission;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// The loop nest of a product with groups of outputs that share their inputs: for every block of outputs and every tile of a
/// strip of pixels, each stored group multiplies one row of pixels into <c>rows</c> rows of accumulators.
/// </summary>
internal static class GroupSkeleton
{
    /// <summary>The type a tile receives a pointer to.</summary>
    public const string Strip = "global::Kernels.PixelStrip";

    /// <summary>What a method over <c>TRows</c> is constrained to.</summary>
    public const string Constraint = "where TRows : struct, global::Kernels.IPixelRows";

    // Groups written out in a row: fewer turns of a loop, whose number differs from block to block and is guessed wrong.
    private const int Together = 4;

    // Groups between the one that is multiplied and the one whose pixels are asked for: where rows outgrow the first-level
    // cache, they are read in no order that the processor could foresee.
    private const int GroupsAhead = 8;

    // Tiles of outputs between the one that is summed and the one whose cache lines are asked for.
    private const int TilesAhead = 1;

    /// <summary>
    /// Writes a tile of <paramref name="rows"/> × <paramref name="vectors"/> sums, which stay in registers through a block. Each is
    /// <paramref name="chains"/> partial sums, a divisor of <c>4</c>: where a tile is small, they hide the latency of a multiply-add.
    /// </summary>
    public static void WriteTile(SourceWriter writer, GroupTile tile, string name, int rows, int vectors, int chains)
    {
        writer.Line(tile.MethodAttributes);
        using (writer.Open($"private static void {name}<TRows>({Strip}* strip)\n    {Constraint}"))
        {
            writer.Line("var (stride, residualStride, tileBytes, pitch) = (strip->OutputStride, strip->ResidualStride, strip->TileBytes, (nuint)strip->Pitch);");
            writer.Line("var (first, tiles, tilesOfBlock) = ((long)strip->First, strip->Tiles, strip->TilesOfBlock);");
            writer.Line("float* next = strip->Next;");
            writer.Line("var (nextStride, nextShare, due) = (strip->NextStride, strip->NextShare, 0L);");
            writer.Line("var offsets = strip->Offsets;");
            writer.Line($"var bias = strip->Bias + first * tilesOfBlock * {rows};");
            writer.Line($"var output = strip->Output + first * tilesOfBlock * {rows} * stride;");
            writer.Line($"var residual = strip->Residual == null ? null : strip->Residual + first * tilesOfBlock * {rows} * residualStride;");
            writer.Line($"var values = strip->Values + (long)offsets[first] * tilesOfBlock * {rows};");
            using (writer.Open("for (var block = strip->First; block < strip->End; block++)"))
            {
                writer.Line("int* begin = strip->Rows + offsets[block], end = strip->Rows + offsets[block + 1];");
                using (writer.Open($"for (var part = 0; part < tilesOfBlock; part++, values += (end - begin) * {rows})"))
                {
                    writer.Line("var pixels = strip->Pixels;");
                    writer.Line("due += nextShare;");
                    writer.Line("float* y = output, r = residual, nextPixels = next, nextEnd = next + (due >> 16) * nextStride;");
                    using (writer.Open($"for (var tile = 0; tile < tiles; tile++, pixels += tileBytes, y += {vectors * tile.Lanes}, nextPixels += {vectors * tile.Lanes})"))
                        WriteTileOfStrip(writer, tile, rows, vectors, chains);
                    writer.Line("next = nextEnd;");
                    writer.Line("due &= 0xffff;");
                    writer.Line($"bias += {rows};");
                    writer.Line($"output += {rows} * stride;");
                    writer.Line($"if (residual != null) residual += {rows} * residualStride;");
                }
            }
        }

        writer.Line();
    }

    private static void WriteTileOfStrip(SourceWriter writer, GroupTile tile, int rows, int vectors, int chains)
    {
        using (writer.Open("for (var x = nextPixels; x < nextEnd; x += nextStride)"))
            foreach (var pixel in Lines(vectors * tile.Lanes)) writer.Line(tile.Fetch($"x + {pixel}"));
        for (var row = 0; row < rows; row++)
        {
            foreach (var pixel in Lines(vectors * tile.Lanes)) writer.Line(tile.FetchNear($"y + {row + TilesAhead * rows} * stride + {pixel}"));
            writer.Line($"{tile.Vector} {Join(vectors, v => $"{Sum(row, v)} = {(v == 0 ? tile.Broadcast($"bias + {row}") : Sum(row, 0))}")};");
            for (var chain = 1; chain < chains; chain++) writer.Line($"{tile.Vector} {Join(vectors, v => $"{Sum(row, v, chain)} = {tile.Zero}")};");
        }

        using (writer.Open("if (r != null)"))
        {
            ForEach(rows, vectors, (row, v) => writer.Line($"{Sum(row, v)} += {tile.Load($"r + {row} * residualStride + {v * tile.Lanes}")};"));
            writer.Line($"r += {vectors * tile.Lanes};");
        }

        writer.Line("float* w = values;");
        writer.Line("int* index = begin;");
        using (writer.Open($"for (; index + {Together - 1} < end; index += {Together}, w += {Together * rows})"))
            for (var group = 0; group < Together; group++) WriteGroup(writer, tile, rows, vectors, group, group % chains);
        using (writer.Open($"for (; index < end; index++, w += {rows})"))
            WriteGroup(writer, tile, rows, vectors, 0, 0);

        for (var chain = 1; chain < chains; chain++) ForEach(rows, vectors, (row, v) => writer.Line($"{Sum(row, v)} += {Sum(row, v, chain)};"));
        ForEach(rows, vectors, (row, v) => tile.Finish(writer, Sum(row, v), $"y + {row} * stride + {v * tile.Lanes}"));
    }

    private static void WriteGroup(SourceWriter writer, GroupTile tile, int rows, int vectors, int group, int chain)
    {
        using var _ = writer.Open("");
        writer.Line($"var p = {Pixels(group, vectors)};");
        if (rows > 1) WriteFetch(writer, tile, vectors, group + GroupsAhead);
        if (rows <= vectors) WriteByPixels(writer, tile, rows, vectors, group * rows, chain);
        else WriteByRows(writer, tile, rows, vectors, group * rows, chain);
    }

    // For a single output, asking for the pixels takes longer than waiting for them.
    private static void WriteFetch(SourceWriter writer, GroupTile tile, int vectors, int group)
    {
        writer.Line($"var later = {Pixels(group, vectors)};");
        for (var pixel = 0; pixel < vectors * tile.Lanes; pixel += 16) writer.Line(tile.FetchNear($"later + {pixel}"));
    }

    // Pixels in every cache line of a run that may begin anywhere in one.
    private static IEnumerable<int> Lines(int pixels) => Enumerable.Range(0, (pixels + 15) / 16).Select(line => 16 * line).Append(pixels - 1);

    private static string Pixels(int group, int vectors) => $"(float*)(pixels + TRows.Offset((uint)index[{group}], {vectors}, pitch))";

    // The group's values stay in registers while its pixels pass.
    private static void WriteByPixels(SourceWriter writer, GroupTile tile, int rows, int vectors, int value, int chain)
    {
        for (var row = 0; row < rows; row++) writer.Line($"var b{row} = {tile.Broadcast($"w + {value + row}")};");
        for (var v = 0; v < vectors; v++)
        {
            writer.Line($"{(v == 0 ? "var " : "")}x = {tile.Load($"p + {v * tile.Lanes}")};");
            for (var row = 0; row < rows; row++) writer.Line($"{Sum(row, v, chain)} = {tile.MultiplyAdd("x", $"b{row}", Sum(row, v, chain))};");
        }
    }

    // The pixels stay in registers while the group's values pass.
    private static void WriteByRows(SourceWriter writer, GroupTile tile, int rows, int vectors, int value, int chain)
    {
        for (var v = 0; v < vectors; v++) writer.Line($"var x{v} = {tile.Load($"p + {v * tile.Lanes}")};");
        for (var row = 0; row < rows; row++)
        {
            writer.Line($"{(row == 0 ? "var " : "")}b = {tile.Broadcast($"w + {value + row}")};");
            for (var v = 0; v < vectors; v++) writer.Line($"{Sum(row, v, chain)} = {tile.MultiplyAdd($"x{v}", "b", Sum(row, v, chain))};");
        }
    }

    private static string Sum(int row, int vector, int chain = 0) => $"s{chain}_{row}_{vector}";

    private static void ForEach(int rows, int vectors, Action<int, int> act)
    {
        for (var row = 0; row < rows; row++)
            for (var v = 0; v < vectors; v++) act(row, v);
    }

    private static string Join(int count, Func<int, string> part) => string.Join(", ", Enumerable.Range(0, count).Select(part));
}
