using Kernels.Generators.Emission;

namespace Kernels.Generators.Skeletons;

/// <summary>What <see cref="GpuForwardStream"/> is told: a thread of a stream has eight outputs, and slices take turns at the steps.</summary>
/// <inheritdoc cref="GpuContractionTile"/>
internal abstract class GpuForwardTile(int rows, int outputs, int slices) : GpuContractionTile(rows, outputs, slices)
{
    /// <summary>Columns that go through shared memory at once.</summary>
    public const int StagedColumns = 16;

    /// <summary>Columns of a step.</summary>
    public abstract int ColumnsPerStep { get; }

    public override int Depth => StagedColumns;

    /// <summary>Declares what a stream keeps from step to step. In scope: quads, quad, first (the panel's first four words), slice.</summary>
    public abstract void BeginStream(SourceWriter writer);

    /// <summary>Steps whose weights a stream of <paramref name="rows"/> rows loads before it adds them: loads under way, as registers allow.</summary>
    public abstract int StepsTogether(int rows);

    /// <summary>Loads the weights of <paramref name="step"/> (C# text) for <paramref name="rows"/> rows into locals that end in <paramref name="name"/>.</summary>
    public abstract void LoadStep(SourceWriter writer, string step, string name, int rows);

    /// <summary>Adds <paramref name="step"/> of row <paramref name="row"/>, whose activations start at x{row}, to its eight sums.</summary>
    public abstract void AddStep(SourceWriter writer, string step, string name, int row, int rows);
}
