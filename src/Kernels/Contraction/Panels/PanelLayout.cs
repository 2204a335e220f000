namespace Kernels;

/// <summary>
/// Where things lie in packed weights: panels of <see cref="Width"/> outputs, one after the other, each
/// [steps][slots][width]. Dense: a step is one input, with one slot. N:M, where M is a power of two from 4 to 32: a step is a group of M
/// inputs, with N slots; each run of steps is preceded by one 32-bit word per output, of which every slot in turn owns as many bits as
/// a column of a group needs, from the lowest on (2:4: step s of eight owns bits 4s to 4s + 3). A group that needs more than
/// a word is a run by itself, preceded by several. Integers: every <see cref="ScaleInputs"/> inputs begin with one fp32 scale per output.
/// </summary>
/// <param name="Kept">N of N:M; 0 for dense weights.</param>
/// <param name="Of">M of N:M; 0 for dense weights.</param>
/// <param name="Type">Storage of the values.</param>
/// <param name="Width">Outputs of a panel.</param>
/// <param name="Inputs">Columns of the matrix.</param>
/// <param name="ScaleInputs">Inputs that share a scale, a multiple of a run or all of them; 0 for values that need none.</param>
internal readonly record struct PanelLayout(int Kept, int Of, ElementType Type, int Width, int Inputs, int ScaleInputs = 0)
{
    // Of dense weights nothing but their scales depends on it.
    private const int DenseRun = 8;

    /// <summary>Inputs that share a scale where nothing else is said.</summary>
    public const int UsualScaleInputs = 128;

    /// <summary>Inputs of a step.</summary>
    public int ColumnsPerStep => IsDense ? 1 : Of;

    /// <summary>Stored weights of an output in a step.</summary>
    public int Slots => IsDense ? 1 : Kept;

    /// <summary>Whether every weight is stored.</summary>
    public bool IsDense => Of == 0;

    /// <summary>Bits of a stored weight's column within its group.</summary>
    public int ColumnBits => IsDense ? 0 : int.Log2(Of);

    /// <summary>Stored weights of an output that a metadata word numbers.</summary>
    public int SlotsOfWord => IsDense ? 0 : 32 / ColumnBits;

    /// <summary>Steps that share metadata words: a power of two, the most that one word has room for, or one step of several words.</summary>
    public int Run => IsDense ? DenseRun : 1 << int.Log2(Math.Max(1, SlotsOfWord / Kept));

    /// <summary>Metadata words of an output in a run.</summary>
    public int Words => IsDense ? 0 : (Run * Kept - 1) / SlotsOfWord + 1;

    /// <summary>Inputs of a run.</summary>
    public int RunInputs => Run * ColumnsPerStep;

    /// <summary>Steps of the contraction.</summary>
    public int Steps => Inputs / ColumnsPerStep;

    /// <summary>Steps that share a scale; more than there are where there is none.</summary>
    public int ScaleSteps => ScaleInputs == 0 || ScaleInputs >= Inputs ? int.MaxValue : ScaleInputs / ColumnsPerStep;

    /// <summary>Bytes of the values of one step.</summary>
    public int StepBytes => Width * Type.Bits() / 8 * Slots;

    /// <summary>Bytes of the metadata of a run of steps.</summary>
    public int RunBytes => Words * Width * 4;

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
