using Kernels.Generators.Emission;

namespace Kernels.Generators.Targets.Simd;

/// <summary>
/// One row of activations past a group of outputs. Lanes are stored values as they lie, widened in registers: a vector takes several of
/// the inputs that a small group uses, or a part of the outputs of a large one. Inputs that are left over are multiplied by themselves.
/// </summary>
/// <param name="writer">Where to write.</param>
/// <param name="width">Vectors of a group's values, or of several groups' where it has fewer than <see cref="LeastValues"/>.</param>
/// <param name="rows">Outputs of the group.</param>
internal sealed class SimdGroupRow(SourceWriter writer, VectorWidth width, int rows)
{
    /// <summary>Values that are multiplied at once, at least, where vectors are as wide.</summary>
    public const int LeastValues = 8;

    private static readonly string[] Storages = ["Float32", "BFloat16", "Float16", "Int8", "Int4"];

    private const string Parameters = "float* x, ushort* columns, byte* values, int* bounds, int step, int runs, float* scales, float* sums";

    // Inputs of a vector, and vectors of an input.
    private int Inputs => Math.Max(1, width.Lanes / rows);

    private int Vectors => Math.Max(1, rows / width.Lanes);

    // Sums that hide the latency of a multiply-add; gathered inputs take longer than that by themselves.
    private int Chains => Inputs > 1 ? 2 : Math.Max(1, 4 / Vectors);

    /// <summary>Writes the override of <c>CpuGroupMatMulProgram.Row</c> and what it calls.</summary>
    public void Write()
    {
        using (writer.Open($"public override void Row(global::Kernels.ElementType type, {Parameters})"))
        using (writer.Open("switch (type)"))
            foreach (var storage in Storages)
                writer.Line($"case global::Kernels.ElementType.{storage}: Row<global::Kernels.{storage}Groups>(x, columns, values, bounds, step, runs, scales, sums); break;");
        writer.Line();
        writer.Line(SimdContractionTile.Optimized);
        using (writer.Open($"private static void Row<TStorage>({Parameters})\n    where TStorage : struct, global::Kernels.IGroupStorage"))
        {
            ForVectors(v => $"var total{v} = {Zero};");
            if (Inputs > 1) ForRows(row => $"var single{row} = 0f;");
            using (writer.Open($"for (; runs > 0; runs--, bounds += step, scales += {rows})"))
            {
                writer.Line("int i = bounds[0], end = bounds[step];");
                ForChains(Chains, (chain, v) => $"var s{chain}_{v} = {Zero};");
                if (Inputs > 1) ForRows(row => $"var p{row} = 0f;");
                if (rows == 1)
                    using (writer.Open("if (TStorage.Bits == 4 && (i & 1) != 0 && i < end)")) WriteSingle();
                WriteLoop(Chains);
                WriteLoop(1);
                if (Inputs > 1)
                    using (writer.Open("while (i < end)")) WriteSingle();
                for (var chain = 1; chain < Chains; chain++) ForVectors(v => $"s0_{v} += s{chain}_{v};");
                using (writer.Open("if (TStorage.IsScaled)"))
                {
                    ForVectors(v => $"s0_{v} *= {Scales(v)};");
                    if (Inputs > 1) ForRows(row => $"p{row} *= scales[{row}];");
                }

                ForVectors(v => $"total{v} += s0_{v};");
                if (Inputs > 1) ForRows(row => $"single{row} += p{row};");
            }

            WriteSums();
        }

        writer.Line();
    }

    private string Zero => $"{width.Of("float")}.Zero";

    private void WriteLoop(int together)
    {
        using (writer.Open($"for (; i <= end - {together * Inputs}; i += {together * Inputs})"))
            for (var chain = 0; chain < together; chain++)
            {
                writer.Line($"var x{chain} = {Spread(width.Bits, width.Lanes, chain * Inputs)};");
                for (var v = 0; v < Vectors; v++)
                    writer.Line($"s{chain}_{v} = {width.Class}.MultiplyAddEstimate("
                        + $"x{chain}, TStorage.Load{width.Bits}(values, (long)i * {rows} + {chain * Inputs * rows + v * width.Lanes}), s{chain}_{v});");
            }
    }

    private void WriteSingle()
    {
        ForRows(row => $"p{row} = float.MultiplyAddEstimate(x[columns[i]], TStorage.Load(values, (long)i * {rows} + {row}), p{row});");
        writer.Line("i++;");
    }

    /// <summary>A vector of activations, each as often as an input has outputs.</summary>
    private string Spread(int bits, int lanes, int first)
    {
        string Input(int input) => $"x[columns[i + {first + input}]]";
        if (lanes <= rows) return $"{VectorWidth.ClassOf(bits)}.Create({Input(0)})";
        if (rows >= 4) return $"{VectorWidth.ClassOf(bits)}.Create({Spread(bits / 2, lanes / 2, first)}, {Spread(bits / 2, lanes / 2, first + lanes / 2 / rows)})";
        if (rows == 2 && lanes == 8) return $"global::Kernels.GroupLanes.Twice256({Four()})";
        return $"{VectorWidth.ClassOf(bits)}.Create({string.Join(", ", Enumerable.Range(0, lanes).Select(lane => Input(lane / rows)))})";

        string Four() => $"{VectorWidth.ClassOf(128)}.Create({string.Join(", ", Enumerable.Range(0, 4).Select(Input))})";
    }

    private string Scales(int vector)
    {
        if (Inputs == 1) return $"{width.Class}.Load(scales + {vector * width.Lanes})";
        if (rows >= 4) return $"{width.Class}.Create({string.Join(", ", Enumerable.Repeat("global::System.Runtime.Intrinsics.Vector128.Load(scales)", Inputs))})";
        return $"{width.Class}.Create({string.Join(", ", Enumerable.Range(0, width.Lanes).Select(lane => $"scales[{lane % rows}]"))})";
    }

    private void WriteSums()
    {
        if (Inputs == 1)
        {
            ForVectors(v => $"{width.Class}.Store(total{v}, sums + {v * width.Lanes});");
            return;
        }

        var sum = width.Bits == 256 ? "(total0.GetLower() + total0.GetUpper())" : "total0";
        writer.Line($"var sum = {sum};");
        for (var row = 0; row < rows; row++)
            writer.Line($"sums[{row}] = {string.Join(" + ", Enumerable.Range(0, 4 / rows).Select(part => $"sum[{part * rows + row}]"))} + single{row};");
    }

    private void ForVectors(Func<int, string> line)
    {
        for (var v = 0; v < Vectors; v++) writer.Line(line(v));
    }

    private void ForRows(Func<int, string> line)
    {
        for (var row = 0; row < rows; row++) writer.Line(line(row));
    }

    private void ForChains(int chains, Func<int, int, string> line)
    {
        for (var chain = 0; chain < chains; chain++) ForVectors(v => line(chain, v));
    }
}
