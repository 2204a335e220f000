namespace Kernels;

/// <summary>Base of the attributes that declare an <see cref="AttentionKernel"/>.</summary>
public abstract class AttentionAttribute : KernelAttribute
{
    /// <summary>Channels of one head, 8 to 256. Required.</summary>
    public int HeadDim { get; set; }

    /// <summary>
    /// Whether a query sees only keys at or before its own position, the last query being aligned with the last key
    /// (bottom-right alignment). Default <see langword="true"/>.
    /// </summary>
    public bool Causal { get; set; } = true;

    /// <summary>Factor applied to query·key before the softmax; 0 (the default) means 1/√<see cref="HeadDim"/>.</summary>
    public float Scale { get; set; }
}
