namespace Kernels;

/// <summary>
/// Where things lie in packed weights: panels of <see cref="Width"/> outputs, one after the other, each
/// [steps][slots][width]. Dense: a step is one input, with one slot. 2:4: a step is a group of four inputs, with two slots;
/// each run of eight steps is preceded by one 32-bit word per output, of which step s of the run owns bits 4s to 4s + 3:
/// the column of slot 0 in the low two bits, that of slot 1 above.
/// </summary>
/// <param name="Format">How weights are stored.</param>
/// <param name="Type">Storage of the values.</param>
/// <param name="Width">Outputs of a panel.</param>
/// <param name="Inputs">Columns of the matrix.</param>
internal readonly record struct PanelLayout(WeightFormat Format, ElementType Type, int Width, int Inputs)
{
    /// <summary>Steps that share a metadata word.</summary>
    public const int Run = 8;

    /// <summary>Inputs of a step.</summary>
    public int ColumnsPerStep => Format == WeightFormat.Dense ? 1 : 4;

    /// <summary>Steps of the contraction.</summary>
    public int Steps => Inputs / ColumnsPerStep;

    /// <summary>Bytes of the values of one step.</summary>
    public int StepBytes => Width * Type.Size() * (Format == WeightFormat.Dense ? 1 : 2);

    /// <summary>Bytes of the metadata of a run of steps.</summary>
    public int RunBytes => Format == WeightFormat.Dense ? 0 : Width * 4;

    /// <summary>Bytes of a panel.</summary>
    public long PanelBytes => (long)Steps * StepBytes + (Steps + Run - 1) / Run * (long)RunBytes;

    /// <summary>Where step <paramref name="step"/>, a multiple of <see cref="Run"/>, starts in its panel.</summary>
    public long Offset(int step) => (long)step * StepBytes + step / Run * (long)RunBytes;

    /// <summary>Panels of a matrix with <paramref name="outputs"/> rows; the last one is filled with zeros.</summary>
    public int Panels(int outputs) => (int)(((long)outputs + Width - 1) / Width);
}
