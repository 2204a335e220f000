namespace Kernels.Compression;

/// <summary>What a pruning method has to know about a layer's inputs.</summary>
public enum CalibrationNeed
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Σx and Σx² of every input.</summary>
    Moments,

    /// <summary>Also ΣXXᵀ.</summary>
    Gram,
}
