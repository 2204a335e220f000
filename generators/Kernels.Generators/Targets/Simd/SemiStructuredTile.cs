using Kernels.Generators.Emission;

namespace Kernels.Generators.Targets.Simd;

/// <summary>
/// N:M weights past a few rows: a step is a group of M columns, and a permute gives each output the column its stored weight belongs to.
/// Permutes read the lowest bits only, so shifting a word of positions is all the decoding there is. Four columns are repeated in every
/// 128-bit lane of <c>x</c>; more are permuted from where they lie, in cache, because weights need the registers.
/// </summary>
internal sealed class SemiStructuredTile(VectorWidth width, SemiStructuredRun run) : SimdContractionTile(width)
{
    public override int ColumnsPerStep => run.Of;

    public override int Slots => run.Kept;

    protected override string Activations => IsHeld ? Vector : "float*";

    private bool IsHeld => run.Of == 4;

    protected override void WriteLoop(SourceWriter writer, IReadOnlyList<string> panels, int vectors, Action writeStep)
    {
        foreach (var panel in panels)
            for (var v = 0; v < vectors; v++) writer.Line($"var m{panel}_{v} = {Width.Of("uint")}.Zero;");

        // A step passes its own values.
        run.WriteSteps(writer, "steps", BeginRun, _ => writeStep(), (_, _) => { });

        void BeginRun()
        {
            foreach (var panel in panels)
            {
                LoadPositions(writer, panel, $"(uint*)w{panel}", vectors);
                writer.Line($"w{panel} += {run.Words * vectors * Lanes * 4};");
            }
        }
    }

    public override void EndSlot(SourceWriter writer, string panel, int slot, int vectors)
    {
        if (run.BeginsWord(slot + 1))
        {
            // All words of a group lie before its values, of which w has passed some.
            var word = (slot + 1) / run.SlotsOfWord;
            LoadPositions(writer, panel, $"(uint*)(w{panel} - {(slot + 1) * vectors * Lanes / 8} * TStorage.Bits) - {(run.Words - word) * vectors * Lanes}", vectors);
        }
        else
        {
            for (var v = 0; v < vectors; v++) writer.Line($"m{panel}_{v} >>= {run.Bits};");
        }
    }

    public override string LoadActivation(string pointer) => IsHeld ? $"global::Kernels.GroupLanes.Repeat{Width.Bits}({pointer})" : pointer;

    public override string Operand(string activation, string panel, int vector) =>
        $"global::Kernels.GroupLanes.{(IsHeld ? $"Select{Width.Bits}" : $"SelectOf{run.Of}")}({activation}, m{panel}_{vector})";

    private void LoadPositions(SourceWriter writer, string panel, string pointer, int vectors)
    {
        for (var v = 0; v < vectors; v++) writer.Line($"m{panel}_{v} = {Load($"{pointer} + {v * Lanes}")};");
    }
}
