namespace Kernels;

/// <summary>
/// Where weights lie for tensor cores: tiles of 128 outputs, in each tile steps of 32 inputs, in a step what one warp
/// instruction reads, lane after lane. Missing outputs and inputs are zeros.
/// </summary>
/// <remarks>
/// A fragment is 16 outputs × 16 stored inputs, four 32-bit words a lane as <c>mma.m16n8k16</c> takes its left operand: word r of
/// lane 4g + t holds output g + 8 (r mod 2), stored inputs 2t + 8 (r div 2) and the next. A dense step is two slices of eight
/// fragments. A 2:4 step is eight fragments, then for each pair of them (32 outputs) a word of positions a lane as
/// <c>mma.sp.m16n8k32</c> takes it: lanes 4g and 4g + 1 serve the first fragment, 4g + 2 and 4g + 3 the second; the even lane
/// holds inputs 0 to 15, the odd one 16 to 31, of output g in the low half and g + 8 in the high half.
/// </remarks>
/// <param name="Format">How weights are stored.</param>
/// <param name="Type">Storage of a value, 16 bits.</param>
/// <param name="Outputs">Rows of the matrix.</param>
/// <param name="Inputs">Columns of the matrix.</param>
internal sealed record TensorWeightLayout(WeightFormat Format, ElementType Type, int Outputs, int Inputs)
{
    /// <summary>Outputs of a tile.</summary>
    public const int TileOutputs = 128;

    /// <summary>Inputs of a step.</summary>
    public const int StepInputs = 32;

    /// <summary>Outputs and stored inputs of a fragment.</summary>
    public const int FragmentSide = 16;

    /// <summary>Lanes of a warp.</summary>
    public const int Lanes = 32;

    /// <summary>32-bit words of a fragment in a lane.</summary>
    public const int LaneWords = 4;

    /// <summary>Tiles of the matrix.</summary>
    public int Tiles => (Outputs + TileOutputs - 1) / TileOutputs;

    /// <summary>Steps of a tile.</summary>
    public int Steps => (Inputs + StepInputs - 1) / StepInputs;

    /// <summary>Stored inputs of a step.</summary>
    public int StepStored => Format == WeightFormat.Dense ? StepInputs : StepInputs / 2;

    /// <summary>Words of the values of a step.</summary>
    public int ValueWords => TileOutputs * StepStored / 2;

    /// <summary>Words of the positions of a step.</summary>
    public int PositionWords => Format == WeightFormat.Dense ? 0 : TileOutputs / (2 * FragmentSide) * Lanes;

    /// <summary>Words of a tile.</summary>
    public int TileWords => Steps * (ValueWords + PositionWords);

    /// <summary>Bytes of the matrix.</summary>
    public long ByteLength => 4L * Tiles * TileWords;
}
