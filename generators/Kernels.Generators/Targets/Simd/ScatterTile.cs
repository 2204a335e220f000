using Kernels.Generators.Emission;

namespace Kernels.Generators.Targets.Simd;

/// <summary>
/// Weights used transposed: lanes are activation rows, and a stored weight, broadcast, adds its output's vector to the sums of its input. Dense
/// weights keep the sums of some inputs in registers; those of N:M find theirs by position, in L1.
/// </summary>
internal sealed class ScatterTile(SourceWriter writer, VectorWidth width)
{
    // Inputs whose sums stay in registers while outputs pass, enough for the latency of a multiply-add.
    private const int InputsTogether = 8;

    private const string Parameters = "float* x, int outputs, byte* weights, int steps, float* sums";

    private int VectorBytes => width.Lanes * 4;

    /// <summary>Writes the override of <c>CpuMatMulProgram.Scatter</c> for dense weights.</summary>
    public void WriteDense()
    {
        using (Open())
        {
            writer.Line("var w = (float*)weights;");
            foreach (var together in new[] { InputsTogether, 1 })
                using (writer.Open($"for (; steps >= {together}; steps -= {together})"))
                {
                    ForEach(together, i => $"var s{i} = {width.Class}.Load(sums + {i * width.Lanes});");
                    using (writer.Open("for (var output = 0; output < outputs; output++)"))
                    {
                        writer.Line($"var v = {width.Class}.Load(x + output * {width.Lanes});");
                        ForEach(together, i => $"s{i} = {width.Class}.MultiplyAddEstimate(v, {width.Class}.Create(w[output + {i * width.Panel}]), s{i});");
                    }

                    ForEach(together, i => $"{width.Class}.Store(s{i}, sums + {i * width.Lanes});");
                    writer.Line($"w += {together * width.Panel};");
                    writer.Line($"sums += {together * width.Lanes};");
                }
        }

        writer.Line();
    }

    /// <summary>Writes the override of <c>CpuMatMulProgram.Scatter</c> for N:M weights.</summary>
    public void WriteSemiStructured(SemiStructuredRun run)
    {
        var rowBytes = width.Panel * 4;
        using (Open())
        using (writer.Open($"for (; outputs > 0; outputs--, x += {width.Lanes}, weights += 4)"))
        {
            writer.Line($"var v = {width.Class}.Load(x);");
            writer.Line("byte* w = weights, y = (byte*)sums;");
            writer.Line("var left = steps;");
            writer.Line("nuint positions;");
            run.WriteSteps(writer, "left", () => LoadPositions(0), WriteStep, (entries, groups) =>
            {
                writer.Line($"w += {entries * rowBytes};");
                writer.Line($"y += {groups * run.Of * VectorBytes};");
            });
        }

        writer.Line();

        // Positions, the lowest one times the bytes of a vector.
        void LoadPositions(int word) => writer.Line($"positions = (nuint)(*(uint*)(w + {word * rowBytes})) << {PowerOfTwo.Log(VectorBytes)};");

        void WriteStep(int step)
        {
            for (var slot = 0; slot < run.Kept; slot++)
            {
                if (run.BeginsWord(slot)) LoadPositions(slot / run.SlotsOfWord);
                using (writer.Open(""))
                {
                    writer.Line($"var sum = (float*)(y + (positions & {(run.Of - 1) * VectorBytes}) + {step * run.Of * VectorBytes});");
                    writer.Line($"positions >>= {run.Bits};");
                    writer.Line($"var weight = {width.Class}.Create(*(float*)(w + {(run.Words + step * run.Kept + slot) * rowBytes}));");
                    writer.Line($"{width.Class}.Store({width.Class}.MultiplyAddEstimate(v, weight, {width.Class}.Load(sum)), sum);");
                }
            }
        }
    }

    private SourceWriter.Block Open()
    {
        writer.Line(SimdContractionTile.Optimized);
        return writer.Open($"public override void Scatter({Parameters})");
    }

    private void ForEach(int count, Func<int, string> line)
    {
        for (var i = 0; i < count; i++) writer.Line(line(i));
    }
}
