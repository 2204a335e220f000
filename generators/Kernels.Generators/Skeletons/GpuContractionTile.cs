using Kernels.Generators.Emission;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// What a lowering (sizes) and a weight format (text) say inside the kernels of <see cref="GpuContractionSkeleton"/>. Weights
/// lie in panels of 32 outputs; a lane of a tile reads outputs i and i + 16 of a panel row with <c>TPanels.Load</c>, a thread of a
/// stream eight outputs with <c>TPanels.LoadEight</c>. Eight steps make a run; a step is a column of dense weights or a group of
/// semi-structured ones.
/// </summary>
/// <param name="rows">Activation rows of a tile.</param>
/// <param name="outputs">Outputs of a tile.</param>
/// <param name="slices">Parts into which a streaming group divides the steps, a multiple of a run.</param>
internal abstract class GpuContractionTile(int rows, int outputs, int slices)
{
    /// <summary>Outputs of a panel.</summary>
    public const int PanelWidth = 32;

    /// <summary>Lanes across a panel in a tile: each has two outputs.</summary>
    public const int Lanes = PanelWidth / 2;

    /// <summary>Threads across a panel in a stream: each has eight outputs.</summary>
    public const int SliceThreads = 4;

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

    /// <summary>Parts into which a streaming group divides the steps.</summary>
    public int Slices => slices;

    /// <summary>Threads of a streaming group.</summary>
    public int StreamThreads => slices * SliceThreads;

    /// <summary>Shared memory of a streaming group: a sum of every output from every slice.</summary>
    public int StreamSharedBytes => slices * PanelWidth * sizeof(float);

    /// <summary>Threads that work on a tile.</summary>
    public int Threads => rows / ThreadSide * (outputs / ThreadSide);

    /// <summary>Quads from column to column of the staged activations.</summary>
    public int RowQuads => GpuActivationStaging.QuadsOf(rows);

    /// <summary>Quads from column to column of the staged weights.</summary>
    public int OutputQuads => outputs / 4 + 1;

    /// <summary>Shared memory of a tile.</summary>
    public int SharedBytes => Depth * (RowQuads + OutputQuads) * 16;

    /// <summary>
    /// Where a row lies in its panel: <paramref name="unscaled"/>, text in units of <paramref name="unit"/> words, and the scales that every group
    /// of steps up to <paramref name="step"/>'s begins with.
    /// </summary>
    protected static string PastScales(string unscaled, string step, int unit) =>
        $"{unscaled} + (({step} >> a.ScaleShift) + 1) * {ScaleWords(unit)}";

    /// <summary>Where the scales of <paramref name="step"/> lie, <paramref name="groupStart"/> being where its group would without any.</summary>
    protected static string Scales(string groupStart, string step, int unit) => $"{groupStart} + ({step} >> a.ScaleShift) * {ScaleWords(unit)}";

    /// <summary>The first step of the group that shares its scales with <paramref name="step"/>.</summary>
    protected static string GroupStart(string step) => $"(({step} >> a.ScaleShift) << a.ScaleShift)";

    private static string ScaleWords(int unit) => unit == 1 ? "TPanels.ScaleWords" : "(TPanels.ScaleWords >> 2)";

    /// <summary>Part <paramref name="output"/> of eight weights that were loaded together.</summary>
    protected static string Eighth(int output) => $"{(output < 4 ? "First" : "Second")}.{"XYZW"[output & 3]}";

    /// <summary>Columns of a step.</summary>
    public abstract int ColumnsPerStep { get; }

    /// <summary>Declares what <see cref="StageWeights"/> keeps from block to block. In scope: w, a, thread, firstPanel.</summary>
    public abstract void BeginStaging(SourceWriter writer);

    /// <summary>
    /// Writes columns <c>first</c> to <c>first + Depth</c> of the tile's outputs to <c>weight</c>, [Depth][4 · OutputQuads],
    /// zeros past the last column.
    /// </summary>
    public abstract void StageWeights(SourceWriter writer);

    /// <summary>Declares what a stream keeps from step to step. In scope: quads, quad, first (the panel's first four words), slice.</summary>
    public abstract void BeginStream(SourceWriter writer);

    /// <summary>Steps whose weights a stream of <paramref name="rows"/> rows loads before it adds them: loads under way, as registers allow.</summary>
    public abstract int StepsTogether(int rows);

    /// <summary>Loads the weights of <paramref name="step"/> (C# text) for <paramref name="rows"/> rows into locals that end in <paramref name="name"/>.</summary>
    public abstract void LoadStep(SourceWriter writer, string step, string name, int rows);

    /// <summary>Adds <paramref name="step"/> of row <paramref name="row"/>, whose activations start at x{row}, to its eight sums.</summary>
    public abstract void AddStep(SourceWriter writer, string step, string name, int row, int rows);
}
