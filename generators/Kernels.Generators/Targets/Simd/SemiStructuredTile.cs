using Kernels.Generators.Emission;

namespace Kernels.Generators.Targets.Simd;

/// <summary>
/// 2:4 weights past a few rows: a step is a group of four columns, repeated in every 128-bit lane of <c>x</c>; a permute inside the lanes
/// gives each output the column its stored weight belongs to. Metadata words hold eight steps of two slots of two bits, and
/// the permute reads the lowest two bits only, so a shift by two is all the decoding there is.
/// </summary>
internal sealed class SemiStructuredTile(VectorWidth width, bool hasEpilogue) : SimdContractionTile(width, hasEpilogue)
{
    public override int ColumnsPerStep => 4;

    public override int Slots => 2;

    protected override SourceWriter.Block OpenLoop(SourceWriter writer, IReadOnlyList<string> panels, int vectors)
    {
        foreach (var panel in panels)
            for (var v = 0; v < vectors; v++)
                writer.Line($"var m{panel}_{v} = {Width.Of("uint")}.Zero;");
        var loop = writer.Open("for (var step = 0; step < steps; step++)");
        using (writer.Open("if ((step & 7) == 0)"))
            foreach (var panel in panels)
            {
                for (var v = 0; v < vectors; v++)
                    writer.Line($"m{panel}_{v} = {Load($"(uint*)w{panel} + {v * Lanes}")};");
                writer.Line($"w{panel} += {vectors * Lanes * 4};");
            }

        return loop;
    }

    public override void EndSlot(SourceWriter writer, string panel, int slot, int vectors)
    {
        for (var v = 0; v < vectors; v++) writer.Line($"m{panel}_{v} >>= 2;");
    }

    public override string LoadActivation(string pointer) => $"global::Kernels.GroupLanes.Repeat{Width.Bits}({pointer})";

    public override string Operand(string activation, string panel, int vector) =>
        $"global::Kernels.GroupLanes.Select{Width.Bits}({activation}, m{panel}_{vector})";
}
