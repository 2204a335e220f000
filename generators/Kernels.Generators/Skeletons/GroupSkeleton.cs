using Kernels.Generators.Emission;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// The loop nest of a product with groups of outputs that share their inputs: for every block of outputs and every tile of a
/// strip of pixels, each stored group multiplies one row of a panel into <c>rows</c> rows of accumulators.
/// </summary>
internal static class GroupSkeleton
{
    /// <summary>The type a tile receives a pointer to.</summary>
    public const string Strip = "global::Kernels.PixelStrip";

    /// <summary>Writes a tile of <paramref name="rows"/> × <paramref name="vectors"/> accumulators, which stay in registers through a block.</summary>
    public static void WriteTile(SourceWriter writer, GroupTile tile, string name, int rows, int vectors)
    {
        writer.Line(tile.MethodAttributes);
        using (writer.Open($"private static void {name}({Strip}* strip)"))
        {
            writer.Line("var (ahead, stride, residualStride, panelBytes) = (strip->Ahead, strip->OutputStride, strip->ResidualStride, strip->PanelBytes);");
            writer.Line("var (first, tiles, tilesOfBlock) = ((long)strip->First, strip->Tiles, strip->TilesOfBlock);");
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
                    writer.Line("var panel = strip->Panels;");
                    writer.Line("float* y = output, r = residual;");
                    using (writer.Open($"for (var tile = 0; tile < tiles; tile++, panel += panelBytes, y += {vectors * tile.Lanes})"))
                        WriteTileOfStrip(writer, tile, rows, vectors);
                    writer.Line($"bias += {rows};");
                    writer.Line($"output += {rows} * stride;");
                    writer.Line($"if (residual != null) residual += {rows} * residualStride;");
                }
            }
        }

        writer.Line();
    }

    private static void WriteTileOfStrip(SourceWriter writer, GroupTile tile, int rows, int vectors)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var pixel = 0; pixel < vectors * tile.Lanes; pixel += 16) writer.Line(tile.Fetch($"y + {row} * stride + ahead + {pixel}"));
            writer.Line($"{tile.Vector} {Join(", ", vectors, v => $"{Sum(row, v)} = {(v == 0 ? tile.Broadcast($"bias + {row}") : Sum(row, 0))}")};");
        }

        using (writer.Open("if (r != null)"))
        {
            for (var row = 0; row < rows; row++)
                for (var v = 0; v < vectors; v++) writer.Line($"{Sum(row, v)} += {tile.Load($"r + {row} * residualStride + {v * tile.Lanes}")};");
            writer.Line($"r += {vectors * tile.Lanes};");
        }

        writer.Line("var w = values;");
        using (writer.Open($"for (var index = begin; index < end; index++, w += {rows})"))
        {
            writer.Line("var p = (float*)(panel + (nuint)(uint)*index);");
            if (rows <= vectors) WriteByPixels(writer, tile, rows, vectors);
            else WriteByRows(writer, tile, rows, vectors);
        }

        for (var row = 0; row < rows; row++)
            for (var v = 0; v < vectors; v++) tile.Finish(writer, Sum(row, v), $"y + {row} * stride + {v * tile.Lanes}");
    }

    // The group's values stay in registers while its pixels pass.
    private static void WriteByPixels(SourceWriter writer, GroupTile tile, int rows, int vectors)
    {
        for (var row = 0; row < rows; row++) writer.Line($"var b{row} = {tile.Broadcast($"w + {row}")};");
        for (var v = 0; v < vectors; v++)
        {
            writer.Line($"{(v == 0 ? "var " : "")}x = {tile.Load($"p + {v * tile.Lanes}")};");
            for (var row = 0; row < rows; row++) writer.Line($"{Sum(row, v)} = {tile.MultiplyAdd("x", $"b{row}", Sum(row, v))};");
        }
    }

    // The pixels stay in registers while the group's values pass.
    private static void WriteByRows(SourceWriter writer, GroupTile tile, int rows, int vectors)
    {
        for (var v = 0; v < vectors; v++) writer.Line($"var x{v} = {tile.Load($"p + {v * tile.Lanes}")};");
        for (var row = 0; row < rows; row++)
        {
            writer.Line($"{(row == 0 ? "var " : "")}b = {tile.Broadcast($"w + {row}")};");
            for (var v = 0; v < vectors; v++) writer.Line($"{Sum(row, v)} = {tile.MultiplyAdd($"x{v}", "b", Sum(row, v))};");
        }
    }

    private static string Sum(int row, int vector) => $"s_{row}_{vector}";

    private static string Join(string separator, int count, Func<int, string> part) => string.Join(separator, Enumerable.Range(0, count).Select(part));
}
