using Kernels.Generators.Emission;

namespace Kernels.Generators.Targets.Simd;

/// <summary>Dense weights: a step is one column, broadcast to every output.</summary>
internal sealed class DenseTile(VectorWidth width) : SimdContractionTile(width)
{
    public override int ColumnsPerStep => 1;

    public override int Slots => 1;

    protected override string Activations => Vector;

    protected override void WriteLoop(SourceWriter writer, IReadOnlyList<string> panels, int vectors, Action writeStep)
    {
        using (writer.Open("for (; steps > 0; steps--)")) writeStep();
    }

    public override void EndSlot(SourceWriter writer, string panel, int slot, int vectors)
    {
    }

    public override string LoadActivation(string pointer) => $"{Width.Class}.Create(*({pointer}))";

    public override string Operand(string activation, string panel, int vector) => activation;
}
