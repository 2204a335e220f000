using Kernels.Generators.Emission;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Simd;

/// <summary>What follows the sums of a product: apart from the tiles, so that it takes none of their registers, on sums that lie in L1.</summary>
internal static class SimdEpilogue
{
    /// <summary>Writes the override of <c>CpuProductProgram.Finish</c>.</summary>
    public static void Write(SourceWriter writer, VectorWidth width, UserMethodSpec? epilogue)
    {
        writer.Line(SimdContractionTile.Optimized);
        using (writer.Open(
            "public override void Finish(float* sums, long sumsStride, float* output, long outputStride, int rows, int columns, float* bias, float* operand, long operandStride)"))
        using (writer.Open("for (; rows > 0; rows--, sums += sumsStride, output += outputStride, operand += operandStride)"))
        using (writer.Open($"for (var column = 0; column < columns; column += {width.Lanes})"))
        {
            var takesOperand = epilogue is { TakesOperand: true };
            writer.Line($"var x = {Load("sums")};");
            writer.Line($"if (bias != null) x += {Load("bias")};");
            writer.Line(takesOperand ? $"var z = {Load("operand")};" : $"if (operand != null) x += {Load("operand")};");
            if (epilogue is null) writer.Line(Store("x"));
            else SimdExpression.Print(epilogue.Body, width, takesOperand ? ["x", "z"] : ["x"]).Write(writer, Store);
        }

        writer.Line();

        string Load(string pointer) => $"{width.Class}.Load({pointer} + column)";

        string Store(string value) => $"{width.Class}.Store({value}, output + column);";
    }
}
