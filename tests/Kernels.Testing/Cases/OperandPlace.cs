namespace Kernels.Testing;

/// <summary>Where a fused product's operand is.</summary>
public enum OperandPlace
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>In a tensor of its own.</summary>
    Apart,

    /// <summary>In the output.</summary>
    Output,
}
