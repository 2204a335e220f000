namespace Kernels.Generators.Targets.Cuda;

/// <summary>
/// How a group of threads shares a product Yᵀ = W·Xᵀ. Weights are the left operand, as sparse tensor-core instructions
/// require; a warp holds sums of <see cref="FragmentsDown"/> × <see cref="FragmentsAcross"/> tiles of 16 outputs × 8 tokens.
/// </summary>
/// <param name="IsSparse">Whether two of every four weights are stored.</param>
/// <param name="Tokens">Tokens of a group.</param>
/// <param name="WarpsDown">Warps that share the outputs.</param>
/// <param name="WarpsAcross">Warps that share the tokens.</param>
internal sealed record TensorProductTile(bool IsSparse, int Tokens, int WarpsDown, int WarpsAcross)
{
    /// <summary>Outputs of a group and of a tile of packed weights.</summary>
    public const int Outputs = 128;

    /// <summary>Inputs of one step.</summary>
    public const int Inputs = 32;

    /// <summary>Bytes of a 16 × 16 fragment of weights.</summary>
    public const int FragmentBytes = 512;

    /// <summary>Steps whose copies are under way or being used.</summary>
    public const int Stages = 3;

    /// <summary>Bytes of the positions of 32 × 32 weights: a word a lane.</summary>
    public const int PositionBytes = 128;

    /// <summary>Floats from row to row of staged results: rows begin four banks apart.</summary>
    public const int StagedPitch = Outputs + 4;

    /// <summary>Threads of a group.</summary>
    public int Threads => 32 * WarpsDown * WarpsAcross;

    /// <summary>16-row fragments of a warp.</summary>
    public int FragmentsDown => Outputs / WarpsDown / 16;

    /// <summary>8-column fragments of a warp.</summary>
    public int FragmentsAcross => Tokens / WarpsAcross / 8;

    /// <summary>16-column fragments of stored weights in a step.</summary>
    public int Slices => IsSparse ? 1 : 2;

    /// <summary>Bytes of the stored weights of a step.</summary>
    public int ValueBytes => Outputs / 16 * Slices * FragmentBytes;

    /// <summary>Bytes of packed weights of a step: values, then positions.</summary>
    public int WeightBytes => ValueBytes + (IsSparse ? Outputs / 32 * PositionBytes : 0);

    /// <summary>Activations of a step: a row for each token.</summary>
    public SwizzledRows Activations => new(Inputs / 8);

    /// <summary>Shared bytes of one step.</summary>
    public int StageBytes => WeightBytes + Tokens * Activations.RowBytes;

    /// <summary>Tokens whose results are staged at once.</summary>
    public int StagedTokens => Math.Min(Tokens, 64);

    /// <summary>Shared bytes of a group.</summary>
    public int SharedBytes => Math.Max(Stages * StageBytes, StagedTokens * StagedPitch * 4);

    /// <summary>Groups that a multiprocessor holds at once: sums of 64 × 32 products take half of a warp's registers.</summary>
    public int Groups => Multiprocessor.Groups(Threads, Multiprocessor.MostRegisters / 2, SharedBytes);
}
