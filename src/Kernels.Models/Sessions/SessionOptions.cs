namespace Kernels.Models;

/// <summary>What a session is planned for.</summary>
public sealed record SessionOptions
{
    /// <summary>Most tokens the session will hold, prompt and generated together; the KV cache is sized by it.</summary>
    public required int Length { get; init; }

    /// <summary>How it attends.</summary>
    public AttentionMethod Attention { get; init; } = AttentionMethod.Dense;

    /// <summary>Storage of cached keys and values: fp32 (the default), bf16 or fp16.</summary>
    public ElementType CacheType { get; init; } = ElementType.Float32;

    /// <summary>Most prompt tokens of one forward pass. A multiple of the attention method's group keeps its selection whole.</summary>
    public int ChunkLength { get; init; } = 2048;

    /// <summary>Whether logits of every position will be read, rather than of the last one only.</summary>
    public bool EveryPosition { get; init; }
}
