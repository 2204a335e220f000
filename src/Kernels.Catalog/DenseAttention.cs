namespace Kernels.Catalog;

/// <summary>Attention over every key.</summary>
public static partial class DenseAttention
{
    /// <summary>Causal.</summary>
    [DenseAttention]
    public static partial AttentionFamily Causal { get; }

    /// <summary>Bidirectional.</summary>
    [DenseAttention(Causal = false)]
    public static partial AttentionFamily Full { get; }
}
