using Kernels.Generators.Emission;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// The loop nests of a product, written once: a register tile over packed activation and weight panels (many rows), and
/// a stream over weight panels (few rows). A target and a weight format print the vocabulary of <see cref="ContractionTile"/>.
/// </summary>
internal static class ContractionSkeleton
{
    // Steps of a tile written out in a row: where another thread shares the core, each instruction that computes nothing costs.
    private const int StepsTogether = 4;

    /// <summary>
    /// Adds <c>steps</c> steps to one tile of <paramref name="rows"/> × <paramref name="vectors"/> accumulators, which start at
    /// zero or at <c>partial</c> and go back to <c>partial</c>, or to <c>output</c> when the contraction is complete.
    /// </summary>
    public static void WriteTile(SourceWriter writer, ContractionTile tile, int rows, int vectors)
    {
        writer.Line(tile.MethodAttributes);
        using (writer.Open($"private static void Tile{rows}{tile.Generics("float* a, byte* w, int steps, float* partial, bool resume, float* output, long stride")}"))
        {
            for (var row = 0; row < rows; row++)
                writer.Line($"{tile.Vector} {Join(vectors, v => $"{Sum(row, v)} = {tile.Zero}")};");
            using (writer.Open("if (resume)"))
                for (var row = 0; row < rows; row++)
                    writer.Line(Lines(vectors, v => $"{Sum(row, v)} = {tile.Load($"partial + {tile.Lanes * (row * vectors + v)}")};"));
            writer.Line();
            tile.DeclareOperands(writer, [""], vectors);
            foreach (var together in new[] { StepsTogether, 1 })
                using (writer.Open($"for (; steps >= {together}; steps -= {together})"))
                {
                    for (var step = 0; step < together; step++)
                        for (var slot = 0; slot < tile.Slots; slot++)
                        {
                            tile.LoadWeights(writer, "", slot, vectors);
                            for (var row = 0; row < rows; row++)
                            {
                                writer.Line($"x = {tile.LoadActivation($"a + {(step * rows + row) * tile.ColumnsPerStep}")};");
                                MultiplyAdd(writer, tile, "", row, vectors, v => Sum(row, v));
                            }

                            tile.EndSlot(writer, "", slot, vectors);
                        }

                    writer.Line($"a += {together * rows * tile.ColumnsPerStep};");
                }

            using (writer.Open("if (output == null)"))
            {
                for (var row = 0; row < rows; row++)
                    writer.Line(Lines(vectors, v => tile.Store(Sum(row, v), $"partial + {tile.Lanes * (row * vectors + v)}")));
                writer.Line("return;");
            }

            writer.Line();
            for (var row = 0; row < rows; row++)
                writer.Line(Lines(vectors, v => tile.Store(Sum(row, v), $"output{Times(row, "stride")}{Plus(v * tile.Lanes)}")));
        }

        writer.Line();
    }

    /// <summary>
    /// Streams <paramref name="panels"/> neighbouring weight panels past <paramref name="rows"/> rows of unpacked activations.
    /// Rows beyond those there are repeat the last one, so that a tile of four serves three. Inputs that share a scale are summed
    /// by themselves: what is stored without scales is one such group.
    /// </summary>
    public static void WriteStream(SourceWriter writer, ContractionTile tile, int rows, int panels, int vectors)
    {
        var names = Enumerable.Range(0, panels).Select(panel => panel == 0 ? "" : $"{panel}").ToArray();
        writer.Line(tile.MethodAttributes);
        using (writer.Open($"private static void Stream{rows}x{panels}{tile.Generics("float* a, long activationStride, int rows, byte* w, long panelBytes, int total, int scaleSteps, float* output, long stride")}"))
        {
            for (var panel = 1; panel < panels; panel++) writer.Line($"var w{names[panel]} = w + {panel} * panelBytes;");
            for (var row = 1; row < rows; row++) writer.Line($"var a{row} = a + global::System.Math.Min({row}, rows - 1) * activationStride;");
            var width = vectors * tile.Lanes;
            using (writer.Open("for (var done = 0; done < total; done += scaleSteps)"))
            {
                writer.Line("var steps = global::System.Math.Min(scaleSteps, total - done);");
                foreach (var name in names) tile.BeginGroup(writer, name, vectors);
                foreach (var name in names)
                    for (var row = 0; row < rows; row++)
                        writer.Line($"{tile.Vector} {Join(vectors, v => $"{Sum(row, v, name)} = {tile.Zero}")};");
                tile.WriteSteps(writer, names, vectors, () => WriteStep(writer, tile, names, rows, vectors));
                for (var row = 0; row < rows; row++)
                {
                    using var _ = writer.Open(row == 0 ? "" : $"if (rows > {row})");
                    for (var panel = 0; panel < panels; panel++)
                    {
                        string Output(int v) => $"output{Times(row, "stride")}{Plus(panel * width + v * tile.Lanes)}";
                        tile.EndGroup(writer, names[panel], vectors, v => Sum(row, v, names[panel]), Output);
                        writer.Line(Lines(vectors, v => tile.Store(Sum(row, v, names[panel]), Output(v))));
                    }
                }
            }
        }

        writer.Line();
    }

    private static void WriteStep(SourceWriter writer, ContractionTile tile, string[] names, int rows, int vectors)
    {
        // A panel of several slots is done with before the next is begun, so that few registers hold weights; with one slot the panels share the activations.
        if (tile.Slots == 1) WriteSlot(names, 0);
        else
            foreach (var name in names)
                for (var slot = 0; slot < tile.Slots; slot++) WriteSlot([name], slot);
        for (var row = 0; row < rows; row++) writer.Line($"{(row == 0 ? "a" : $"a{row}")} += {tile.ColumnsPerStep};");

        void WriteSlot(string[] panels, int slot)
        {
            foreach (var panel in panels) tile.LoadWeights(writer, panel, slot, vectors);
            for (var row = 0; row < rows; row++)
            {
                writer.Line($"x = {tile.LoadActivation(row == 0 ? "a" : $"a{row}")};");
                foreach (var panel in panels) MultiplyAdd(writer, tile, panel, row, vectors, v => Sum(row, v, panel));
            }

            foreach (var panel in panels) tile.EndSlot(writer, panel, slot, vectors);
        }
    }

    private static void MultiplyAdd(SourceWriter writer, ContractionTile tile, string panel, int row, int vectors, Func<int, string> sum) =>
        writer.Line(Lines(vectors, v => $"{sum(v)} = {tile.MultiplyAdd(tile.Operand("x", panel, v), $"v{panel}_{v}", sum(v))};"));

    private static string Sum(int row, int vector, string panel = "") => $"s{panel}_{row}_{vector}";

    private static string Join(int count, Func<int, string> part) => string.Join(", ", Enumerable.Range(0, count).Select(part));

    private static string Lines(int count, Func<int, string> part) => string.Join("\n", Enumerable.Range(0, count).Select(part));

    private static string Times(int count, string what) => count switch { 0 => "", 1 => $" + {what}", _ => $" + {count} * {what}" };

    private static string Plus(int count) => count == 0 ? "" : $" + {count}";
}
