namespace Kernels;

/// <summary>What an attribute declared, as the generator recorded it.</summary>
public sealed record MatMulDeclaration
{
    /// <summary>Type and property, such as <c>MyKernels.GateProjection</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Hash of the declaration, for traces and tuning records.</summary>
    public required string Hash { get; init; }

    /// <summary>How weights are stored.</summary>
    public required WeightFormat Format { get; init; }

    /// <summary>Stored weights of a group (N of N:M); 0 for others.</summary>
    public int Kept { get; init; }

    /// <summary>Consecutive weights of a group (M of N:M); 0 for others.</summary>
    public int Of { get; init; }

    /// <summary>Outputs that share the inputs they use; 0 for dense and plain 2:4.</summary>
    public int GroupRows { get; init; }

    /// <summary>Name of the inlined epilogue, if any.</summary>
    public string? Epilogue { get; init; }

    /// <summary>Whether the epilogue takes an element of the operand beside every output, and so every run an operand.</summary>
    public bool NeedsOperand { get; init; }
}
