using Kernels.Generators.Emission;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// What <see cref="GpuTransposedStream"/> and the tile of weights used transposed are told: a panel of outputs goes through shared memory at a time, and a thread of a stream
/// has four of a strip's 32 inputs.
/// </summary>
/// <inheritdoc cref="GpuContractionTile"/>
internal abstract class GpuTransposedTile(int rows, int inputs, int slices) : GpuContractionTile(rows, inputs, slices)
{
    /// <summary>Inputs of a thread of a stream.</summary>
    public const int ThreadInputs = 4;

    /// <summary>Slices across a strip of a stream.</summary>
    public const int StripSlices = PanelWidth / ThreadInputs;

    public sealed override int Depth => PanelWidth;

    public sealed override void BeginStaging(SourceWriter writer) => writer.Line($"int lane = thread & {Lanes - 1}, stagedStep = thread >> {PowerOfTwo.Log(Lanes)};");

    /// <summary>Declares what a stream keeps from panel to panel. In scope: firstOutput (the strip's first input) and slice (the thread's in the strip).</summary>
    public abstract void BeginStream(SourceWriter writer);

    /// <summary>Loads the thread's weights for <paramref name="rows"/> rows. In scope: quads, quad and start, the panel's first four words.</summary>
    public abstract void LoadInputs(SourceWriter writer, int rows);

    /// <summary>Adds the eight outputs of row <paramref name="row"/>, <c>u{row}_0</c> and <c>u{row}_1</c>, to the thread's four sums.</summary>
    public abstract void AddInputs(SourceWriter writer, int row, int rows);

    /// <summary>Where the sum of input <paramref name="input"/> (C# text) of a strip is: sixteen times its slice, and its place among the thread's.</summary>
    public abstract string PlaceOf(string input);

    /// <summary>Activation of output <paramref name="output"/> of eight.</summary>
    protected static string Activation(int row, int output) => $"u{row}_{output >> 2}.{"XYZW"[output & 3]}";
}
