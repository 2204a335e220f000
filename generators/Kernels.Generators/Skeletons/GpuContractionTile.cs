using Kernels.Generators.Emission;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// What a lowering (sizes) and a weight format (text) say inside the kernels of <see cref="GpuContractionSkeleton"/>. Weights
/// lie in panels of 32 outputs; a lane reads outputs i and i + 16 of a panel row with <c>TPanels.Load(w, word)</c>. Eight
/// steps make a run; a step is a column of dense weights or a group of semi-structured ones.
/// </summary>
/// <param name="rows">Activation rows of a tile.</param>
/// <param name="outputs">Outputs of a tile.</param>
/// <param name="slices">Parts into which a streaming group divides the runs.</param>
internal abstract class GpuContractionTile(int rows, int outputs, int slices)
{
    /// <summary>Outputs of a panel.</summary>
    public const int PanelWidth = 32;

    /// <summary>Lanes across a panel: each has two outputs.</summary>
    public const int Lanes = PanelWidth / 2;

    /// <summary>Steps of a run.</summary>
    public const int RunSteps = 8;

    /// <summary>Columns that go through shared memory at once.</summary>
    public const int Depth = 16;

    /// <summary>Rows and outputs of a thread: two quads of each.</summary>
    public const int ThreadSide = 8;

    /// <summary>Activation rows of a tile.</summary>
    public int Rows => rows;

    /// <summary>Outputs of a tile.</summary>
    public int Outputs => outputs;

    /// <summary>Parts into which a streaming group divides the runs.</summary>
    public int Slices => slices;

    /// <summary>Threads that work on a tile.</summary>
    public int Threads => rows / ThreadSide * (outputs / ThreadSide);

    /// <summary>Quads from column to column of the staged activations; one spare quad spreads them over the banks.</summary>
    public int RowQuads => rows / 4 + 1;

    /// <summary>Quads from column to column of the staged weights.</summary>
    public int OutputQuads => outputs / 4 + 1;

    /// <summary>Shared memory of a tile.</summary>
    public int SharedBytes => Depth * (RowQuads + OutputQuads) * 16;

    /// <summary>Columns of a step.</summary>
    public abstract int ColumnsPerStep { get; }

    /// <summary>Words of a run, as C# text.</summary>
    public abstract string RunWords { get; }

    /// <summary>Declares what <see cref="StageWeights"/> keeps from block to block. In scope: w, a, thread, firstPanel.</summary>
    public abstract void BeginStaging(SourceWriter writer);

    /// <summary>
    /// Writes columns <c>first</c> to <c>first + Depth</c> of the tile's outputs to <c>weight</c>, [Depth][4 · OutputQuads],
    /// zeros past the last column.
    /// </summary>
    public abstract void StageWeights(SourceWriter writer);

    /// <summary>Reads what precedes the steps of a run, and moves <c>word</c> past it.</summary>
    public abstract void BeginRun(SourceWriter writer);

    /// <summary>Loads the weights of step <paramref name="step"/> (a number or a variable) into locals that end in <paramref name="name"/>.</summary>
    public abstract void LoadStep(SourceWriter writer, string step, string name);

    /// <summary>Adds step <paramref name="step"/> of row <paramref name="row"/>, whose activations start at x{row} + column, to its two sums.</summary>
    public abstract void AddStep(SourceWriter writer, string step, string name, int row);
}
