namespace Kernels;

/// <summary>
/// Where things lie in packed weights: panels of <see cref="Width"/> outputs, one after the other, each
/// [steps][slots][width]. Dense: a step is one input, with one slot. 2:4: a step is a group of four inputs, with two slots;
/// each run of eight steps is preceded by one 32-bit word per output, of which step s of the run owns bits 4s to 4s + 3:
/// the column of slot 0 in the low two bits, that of slot 1 above. Integers: every <see cref="ScaleInputs"/> inputs begin with
/// one fp32 scale per output.
/// </summary>
/// <param name="Format">How weights are stored.</param>
/// <param name="Type">Storage of the values.</param>
/// <param name="Width">Outputs of a panel.</param>
/// <param name="Inputs">Columns of the matrix.</param>
/// <param name="ScaleInputs">Inputs that share a scale, a multiple of a run or all of them; 0 for values that need none.</param>
internal readonly record struct PanelLayout(WeightFormat Format, ElementType Type, int Width, int Inputs, int ScaleInputs = 0)
{
    /// <summary>Steps that share a metadata word.</summary>
    public const int Run = 8;

    /// <summary>Inputs that share a scale where nothing else is said.</summary>
    public const int UsualScaleInputs = 128;

    /// <summary>Inputs of a step.</summary>
    public int ColumnsPerStep => Format == WeightFormat.Dense ? 1 : 4;

    /// <summary>Steps of the contraction.</summary>
    public int Steps => Inputs / ColumnsPerStep;

    /// <summary>Steps that share a scale; more than there are where there is none.</summary>
    public int ScaleSteps => ScaleInputs == 0 || ScaleInputs >= Inputs ? int.MaxValue : ScaleInputs / ColumnsPerStep;

    /// <summary>Bytes of the values of one step.</summary>
    public int StepBytes => Width * Type.Bits() / 8 * (Format == WeightFormat.Dense ? 1 : 2);

    /// <summary>Bytes of the metadata of a run of steps.</summary>
    public int RunBytes => Format == WeightFormat.Dense ? 0 : Width * 4;

    /// <summary>Bytes of the scales of a panel's outputs for some inputs.</summary>
    public int ScaleBytes => ScaleInputs == 0 ? 0 : Width * 4;

    /// <summary>Bytes of a panel.</summary>
    public long PanelBytes => BytesOf(Steps) + ((Steps - 1) / ScaleSteps + 1) * (long)ScaleBytes;

    /// <summary>Where step <paramref name="step"/>, a multiple of <see cref="Run"/>, starts in its panel.</summary>
    public long Offset(int step) => BytesOf(step) + (step / ScaleSteps + 1) * (long)ScaleBytes;

    /// <summary>Where the scales of step <paramref name="step"/> lie in its panel.</summary>
    public long ScaleOffset(int step) => BytesOf(step - step % ScaleSteps) + step / ScaleSteps * (long)ScaleBytes;

    /// <summary>Bytes of the values and metadata of the first <paramref name="steps"/> steps.</summary>
    public long BytesOf(int steps) => (long)steps * StepBytes + (steps + Run - 1) / Run * (long)RunBytes;

    /// <summary>Panels of a matrix with <paramref name="outputs"/> rows; the last one is filled with zeros.</summary>
    public int Panels(int outputs) => (int)(((long)outputs + Width - 1) / Width);
}
