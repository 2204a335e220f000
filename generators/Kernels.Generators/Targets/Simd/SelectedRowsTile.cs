using Kernels.Generators.Emission;

namespace Kernels.Generators.Targets.Simd;

/// <summary>
/// Many rows past N:M weights: lanes are tokens, and a stored weight, broadcast, multiplies the packed activations of the one
/// column it belongs to. Nothing is permuted: the bits of a position become the address of an operand in L1, and of the
/// multiply-adds of a dense product N in M remain, each with one load. A weight is loaded once for all vectors of tokens, so wide
/// tiles come closest to the peak: 8 of 9 loads feed a multiply-add.
/// </summary>
internal sealed class SelectedRowsTile(SourceWriter writer, VectorWidth width, SemiStructuredRun run)
{
    /// <summary>Accumulators of a tile: enough for the latency of a multiply-add, few enough for 16 registers.</summary>
    private const int Accumulators = 8;

    // Packed activations that stay in L1 while panels of weights pass.
    private const int BlockBytes = 16 << 10;

    private static readonly int[] Vectors = [8, 4, 2];

    /// <summary>Rows of the tiles, widest first.</summary>
    public static IEnumerable<int> Rows(VectorWidth width) => Vectors.Select(vectors => vectors * width.Lanes);

    /// <summary>Inputs of a block of steps: whole runs.</summary>
    public static int BlockInputs(VectorWidth width, SemiStructuredRun run) =>
        Math.Max(1, BlockBytes / (Vectors[0] * width.Lanes * 4) / (run.Steps * run.Of)) * run.Steps * run.Of;

    private string Float => width.Of("float");

    private int RowOfWeights => width.Panel * 4;

    private int RunBytes => RowOfWeights * run.Entries;

    /// <summary>Writes the override of <c>CpuMatMulProgram.Tile</c> and what it calls.</summary>
    public void Write(string methodAttributes)
    {
        writer.Line("[global::System.Runtime.CompilerServices.SkipLocalsInit]");
        using (writer.Open($"public override void Tile({SimdMatMul.TileParameters})"))
        {
            using (writer.Open("if (type != global::Kernels.ElementType.Float32)"))
            {
                writer.Line($"var widened = stackalloc byte[{BlockInputs(width, run) / (run.Of * run.Steps) * RunBytes}];");
                writer.Line("if (type == global::Kernels.ElementType.BFloat16) Widen<global::Kernels.BFloat16Panels>(w, steps, widened);");
                writer.Line("else Widen<global::Kernels.Float16Panels>(w, steps, widened);");
                writer.Line("w = widened;");
            }

            writer.Line();
            using (writer.Open("switch (rows)"))
                foreach (var vectors in Vectors)
                    writer.Line($"case {vectors * width.Lanes}: Tile{vectors}(a, w, steps, partial, resume); break;");
            writer.Line("if (output == null) return;");
            writer.Line("StoreTransposed(partial, rows, output, stride);");
        }

        writer.Line();
        WriteWiden(methodAttributes);
        foreach (var vectors in Vectors) WriteTile(methodAttributes, vectors);
    }

    /// <summary>A block of a panel with its weights as fp32, so that one tile serves every storage.</summary>
    private void WriteWiden(string methodAttributes)
    {
        writer.Line(methodAttributes);
        using (writer.Open("private static void Widen<TStorage>(byte* w, int steps, byte* target)\n    where TStorage : struct, global::Kernels.IPanelStorage"))
        using (writer.Open($"for (; steps > 0; steps -= {run.Steps})"))
        {
            for (var half = 0; half < 2 * run.Words; half++)
                writer.Line($"{width.Class}.Store({width.Class}.Load(w + {half * RowOfWeights / 2}), target + {half * RowOfWeights / 2});");
            writer.Line($"w += {run.Words * RowOfWeights};");
            writer.Line($"target += {run.Words * RowOfWeights};");
            using (writer.Open($"for (var row = {run.Kept} * global::System.Math.Min({run.Steps}, steps); row > 0; row--)"))
            {
                writer.Line($"{width.Class}.Store(TStorage.LoadFirst{width.Bits}(w), (float*)target);");
                writer.Line($"{width.Class}.Store(TStorage.LoadSecond{width.Bits}(w), (float*)target + {width.Lanes});");
                writer.Line($"w += {width.Panel / 8} * TStorage.Bits;");
                writer.Line($"target += {RowOfWeights};");
            }
        }

        writer.Line();
    }

    /// <summary>All outputs of a panel, a few at a time, × <paramref name="vectors"/> vectors of tokens; <c>partial</c> is [outputs][rows].</summary>
    private void WriteTile(string methodAttributes, int vectors)
    {
        var outputs = Accumulators / vectors;
        var rowBytes = vectors * width.Lanes * 4;
        writer.Line(methodAttributes);
        using (writer.Open($"private static void Tile{vectors}(float* a, byte* w, int steps, float* partial, bool resume)"))
        using (writer.Open($"for (var first = 0; first < {width.Panel}; first += {outputs})"))
        {
            ForEach((output, vector) => $"var s{output}_{vector} = {Float}.Zero;");
            using (writer.Open("if (resume)"))
                ForEach((output, vector) => $"s{output}_{vector} = {width.Class}.Load(partial + {(output * vectors + vector) * width.Lanes});");
            writer.Line("var x = (byte*)a;");
            writer.Line("var v = w + 4 * first;");
            writer.Line("var left = steps;");
            ForOutputs(output => $"nuint m{output};");
            run.WriteSteps(writer, "left", () => LoadPositions(0), WriteStep, (entries, groups) =>
            {
                writer.Line($"v += {entries * RowOfWeights};");
                writer.Line($"x += {groups * run.Of * rowBytes};");
            });
            ForEach((output, vector) => $"{width.Class}.Store(s{output}_{vector}, partial + {(output * vectors + vector) * width.Lanes});");
            writer.Line($"partial += {Accumulators * width.Lanes};");
        }

        writer.Line();

        void ForEach(Func<int, int, string> line)
        {
            for (var output = 0; output < outputs; output++)
                for (var vector = 0; vector < vectors; vector++)
                    writer.Line(line(output, vector));
        }

        void ForOutputs(Func<int, string> line)
        {
            for (var output = 0; output < outputs; output++) writer.Line(line(output));
        }

        // Positions, the lowest one times the bytes of a packed column.
        void LoadPositions(int word) =>
            ForOutputs(output => $"m{output} = (nuint)((uint*)(v + {word * RowOfWeights}))[{output}] << {PowerOfTwo.Log(rowBytes)};");

        void WriteStep(int step)
        {
            for (var slot = 0; slot < run.Kept; slot++)
            {
                if (run.BeginsWord(slot)) LoadPositions(slot / run.SlotsOfWord);
                for (var output = 0; output < outputs; output++)
                    using (writer.Open(""))
                    {
                        writer.Line($"var f = {width.Class}.Create(*(float*)(v + {RowOfWeights * (run.Words + step * run.Kept + slot) + 4 * output}));");
                        writer.Line($"var c = x + (m{output} & {(run.Of - 1) * rowBytes});");
                        writer.Line($"m{output} >>= {run.Bits};");
                        for (var vector = 0; vector < vectors; vector++)
                            writer.Line(
                                $"s{output}_{vector} = {width.Class}.MultiplyAddEstimate(" +
                                $"f, {width.Class}.Load((float*)(c + {step * run.Of * rowBytes + vector * width.Lanes * 4})), s{output}_{vector});");
                    }
            }
        }
    }
}
