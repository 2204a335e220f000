using Kernels.Generators.Emission;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Simd;

/// <summary>
/// The SIMD programs of a product whose outputs share their inputs in groups, one for each vector width. Of one row, lanes are stored
/// values; of many rows, lanes are tokens and weights are broadcast.
/// </summary>
internal static class SimdGroupMatMul
{
    private const string Parameters = "float* x, ushort* columns, float* values, int count, float* sums, bool resume";

    // Tokens of a tile are at most four vectors, so that many inputs of a tile fit L1.
    private const int MostVectors = 4;

    public static void Write(SourceWriter writer, MatMulSpec spec)
    {
        foreach (var width in VectorWidth.All)
            using (writer.Open($"private sealed class Simd{width.Bits}() : global::Kernels.CpuGroupMatMulProgram({width.Bits}, {spec.GroupRows}, {Vectors(width, spec.GroupRows) * width.Lanes})"))
            {
                new SimdGroupRow(writer, width.Narrowed(Math.Max(SimdGroupRow.LeastValues, spec.GroupRows)), spec.GroupRows).Write();
                WriteTile(writer, width, spec.GroupRows);
                WriteScatter(writer, width, spec.GroupRows);
                SimdEpilogue.Write(writer, width, spec.Epilogue);
            }
    }

    // 32 registers of 512 bits, else 16: half of them hold sums.
    private static int Accumulators(VectorWidth width) => width.Bits == 512 ? 16 : 8;

    private static int Vectors(VectorWidth width, int rows) => Math.Max(1, Math.Min(MostVectors, Accumulators(width) / rows));

    /// <summary>Packed activations, [inputs][tokens], past a group: as many of its outputs at a time as there are registers; <c>sums</c> is [outputs][tokens].</summary>
    private static void WriteTile(SourceWriter writer, VectorWidth width, int rows)
    {
        var (vectors, lanes) = (Vectors(width, rows), width.Lanes);
        var together = Math.Min(rows, Accumulators(width));
        var chains = Math.Max(1, Accumulators(width) / (together * vectors)); // hide the latency of a multiply-add
        writer.Line(SimdContractionTile.Optimized);
        using (writer.Open($"public override void Tile({Parameters})"))
        using (writer.Open($"for (var first = 0; first < {rows}; first += {together}, sums += {together * vectors * lanes})"))
        {
            string Place(int row, int v) => $"sums + {(row * vectors + v) * lanes}";
            ForEach(writer, together, vectors, (row, v) => $"var s{row}_{v} = resume ? {width.Class}.Load({Place(row, v)}) : {width.Of("float")}.Zero;");
            for (var chain = 1; chain < chains; chain++)
                ForEach(writer, together, vectors, (row, v) => $"var {Sum(row, v, chain)} = {width.Of("float")}.Zero;");
            writer.Line("var w = values + first;");
            writer.Line("var i = 0;");
            foreach (var inputs in new[] { chains, 1 }.Distinct())
                using (writer.Open($"for (; i <= count - {inputs}; i += {inputs}, w += {inputs * rows})"))
                    for (var input = 0; input < inputs; input++)
                        using (writer.Open(""))
                        {
                            writer.Line($"var p = x + (long)columns[i + {input}] * {vectors * lanes};");
                            for (var v = 0; v < vectors; v++) writer.Line($"var x{v} = {width.Class}.Load(p + {v * lanes});");
                            for (var row = 0; row < together; row++)
                            {
                                writer.Line($"var b{row} = {width.Class}.Create(w[{input * rows + row}]);");
                                for (var v = 0; v < vectors; v++)
                                    writer.Line($"{Sum(row, v, input)} = {width.Class}.MultiplyAddEstimate(x{v}, b{row}, {Sum(row, v, input)});");
                            }
                        }

            ForEach(writer, together, vectors, (row, v) =>
                $"{width.Class}.Store({string.Join(" + ", Enumerable.Range(0, chains).Select(chain => Sum(row, v, chain)))}, {Place(row, v)});");
        }

        writer.Line();
    }

    /// <summary>A group used transposed, as many of its outputs at a time as there are registers: each stored input's sums, a vector of tokens, are added to where they lie.</summary>
    private static void WriteScatter(SourceWriter writer, VectorWidth width, int rows)
    {
        var together = Math.Min(rows, Accumulators(width));
        writer.Line(SimdContractionTile.Optimized);
        using (writer.Open("public override void Scatter(float* x, ushort* columns, float* values, int count, float* sums)"))
        using (writer.Open($"for (var first = 0; first < {rows}; first += {together})"))
        {
            for (var row = 0; row < together; row++) writer.Line($"var x{row} = {width.Class}.Load(x + (first + {row}) * {width.Lanes});");
            writer.Line("var w = values + first;");
            using (writer.Open($"for (var i = 0; i < count; i++, w += {rows})"))
            {
                writer.Line($"var place = sums + (long)columns[i] * {width.Lanes};");
                writer.Line($"var sum = {width.Class}.Load(place);");
                for (var row = 0; row < together; row++) writer.Line($"sum = {width.Class}.MultiplyAddEstimate(x{row}, {width.Class}.Create(w[{row}]), sum);");
                writer.Line($"{width.Class}.Store(sum, place);");
            }
        }

        writer.Line();
    }

    private static string Sum(int row, int vector, int chain) => chain == 0 ? $"s{row}_{vector}" : $"s{row}_{vector}_{chain}";

    private static void ForEach(SourceWriter writer, int outer, int inner, Func<int, int, string> line)
    {
        for (var i = 0; i < outer; i++)
            for (var j = 0; j < inner; j++) writer.Line(line(i, j));
    }
}
