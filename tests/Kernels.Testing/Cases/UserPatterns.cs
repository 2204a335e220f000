namespace Kernels.Testing;

/// <summary>Patterns as users write them: predicates and score functions of (batch, head, query, key).</summary>
public static partial class UserPatterns
{
    private const int Window = 50, Heads = 4;
    private const float Cap = 2f;

    /// <summary>ALiBi (arXiv 2108.12409): every head has a slope 2^(−8·head / heads) by which distance lowers scores.</summary>
    [MaskedAttention(HeadDim = 32, Mask = nameof(IsNear), Score = nameof(Slope), Block = 32)]
    public static partial AttentionKernel Alibi { get; }

    /// <summary>The soft-capped scores of Gemma 2 (arXiv 2408.00118, §2).</summary>
    [MaskedAttention(HeadDim = 32, Mask = nameof(IsNear), Score = nameof(SoftCap), Block = 32)]
    public static partial AttentionKernel SoftCapped { get; }

    /// <summary>Causal, over an index whose partial ranges ask for <see cref="IsOwn"/>.</summary>
    [IndexedAttention(HeadDim = 32, Mask = nameof(IsOwn))]
    public static partial AttentionKernel IndexedOwn { get; }

    /// <summary>A mask that depends on every argument, both directions.</summary>
    [MaskedAttention(HeadDim = 32, Mask = nameof(IsOwn), Causal = false, Block = 32)]
    public static partial AttentionKernel Own { get; }

    /// <summary>Scores of <see cref="SoftCapped"/>.</summary>
    public static double SoftCapExactly(double score) => Cap * Math.Tanh(score / Cap);

    /// <summary>Scores of <see cref="Alibi"/>.</summary>
    public static double SlopeExactly(double score, int head, int query, int key) => score - Math.Pow(2, -8.0 * (head + 1) / Heads) * (query - key);

    /// <summary>Mask of <see cref="Alibi"/> and <see cref="SoftCapped"/>.</summary>
    public static bool IsNear(int query, int key) => query - key < Window || key < 4;

    /// <summary>Mask of <see cref="Own"/> and <see cref="IndexedOwn"/>.</summary>
    public static bool IsOwn(int batch, int head, int query, int key) => (query + key * (batch + 1)) % (head + 2) != 1 || key / 32 == query / 32;

    private static float Slope(float score, int batch, int head, int query, int key) => score - 1f / (1 << (2 * (head + 1))) * (query - key);

    private static float SoftCap(float score, int batch, int head, int query, int key) => Cap * MathF.Tanh(score / Cap);
}
