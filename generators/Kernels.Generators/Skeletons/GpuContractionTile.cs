using Kernels.Generators.Emission;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// What a lowering (sizes) and a weight format (text) say inside the kernels of <see cref="GpuContractionSkeleton"/>. Weights
/// lie in panels of 32 outputs; a lane of a tile reads outputs i and i + 16 of a panel row with <c>TPanels.Load</c>, a thread of a
/// stream eight outputs with <c>TPanels.LoadEight</c>. Eight steps make a run; a step is a column of dense weights or a group of
/// semi-structured ones.
/// </summary>
/// <param name="rows">Activation rows of a tile.</param>
/// <param name="outputs">Columns of the result that a tile has.</param>
/// <param name="slices">Fours of threads in a streaming group, a multiple of a run.</param>
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

    /// <summary>Rows and outputs of a thread: two quads of each.</summary>
    public const int ThreadSide = 8;

    /// <summary>Activation rows of a tile.</summary>
    public int Rows => rows;

    /// <summary>Columns of the result that a tile has.</summary>
    public int Outputs => outputs;

    /// <summary>Fours of threads in a streaming group.</summary>
    public int Slices => slices;

    /// <summary>Threads of a streaming group.</summary>
    public int StreamThreads => slices * SliceThreads;

    /// <summary>Shared memory of a streaming group: eight floats a thread.</summary>
    public int StreamSharedBytes => slices * PanelWidth * sizeof(float);

    /// <summary>Threads that work on a tile.</summary>
    public int Threads => rows / ThreadSide * (outputs / ThreadSide);

    /// <summary>Quads from column to column of the staged activations.</summary>
    public int RowQuads => GpuActivationStaging.QuadsOf(rows);

    /// <summary>Quads from column to column of the staged weights.</summary>
    public int OutputQuads => outputs / 4 + 1;

    /// <summary>Shared memory of a tile.</summary>
    public int SharedBytes => Depth * (RowQuads + OutputQuads) * 16;

    /// <summary>Columns of the activations that go through shared memory at once.</summary>
    public abstract int Depth { get; }

    /// <summary>Declares what <see cref="StageWeights"/> keeps from block to block. In scope: w, a, thread, firstOutput.</summary>
    public abstract void BeginStaging(SourceWriter writer);

    /// <summary>
    /// Writes the weights of columns <c>first</c> to <c>first + Depth</c> of the activations to <c>weights</c> by quads and <c>weight</c>
    /// by single ones, [Depth][4 · OutputQuads], zeros past the last column.
    /// </summary>
    public abstract void StageWeights(SourceWriter writer);

    /// <summary>Part <paramref name="output"/> of eight weights that were loaded together.</summary>
    protected static string Eighth(int output) => $"{(output < 4 ? "First" : "Second")}.{"XYZW"[output & 3]}";
}
