namespace Kernels;

/// <summary>Base of the attributes that declare an <see cref="AttentionKernel"/>.</summary>
public abstract class AttentionAttribute : KernelAttribute
{
    /// <summary>Channels of one head, 8 to 256. Required on a property of type <see cref="AttentionKernel"/>.</summary>
    public int HeadDim { get; set; }

    /// <summary>
    /// Head dimensions, ascending, of a property of type <see cref="AttentionFamily"/>; left out, those of published models:
    /// 8, 16, 32, 64, 80, 96, 128 and 256.
    /// </summary>
    public int[]? HeadDims { get; set; }

    /// <summary>
    /// Whether a query sees only keys at or before its own position, the last query being aligned with the last key
    /// (bottom-right alignment). Default <see langword="true"/>.
    /// </summary>
    public bool Causal { get; set; } = true;

    /// <summary>Factor applied to query·key before the softmax; 0 (the default) means 1/√<see cref="HeadDim"/>.</summary>
    public float Scale { get; set; }
}
