namespace Kernels;

/// <summary>What an attribute declared, as the generator recorded it.</summary>
public sealed record AttentionDeclaration
{
    /// <summary>Type and property, such as <c>MyKernels.LongPrefill</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Hash of the declaration, for traces and tuning records.</summary>
    public required string Hash { get; init; }

    /// <summary>How keys are chosen.</summary>
    public required AttentionPattern Pattern { get; init; }

    /// <summary>Channels of one head.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Whether a query sees only keys up to its own (bottom-right aligned) position.</summary>
    public required bool Causal { get; init; }

    /// <summary>Factor applied to query·key.</summary>
    public required float Scale { get; init; }

    /// <summary>Block side for classification (masked) or pooling (anchor), or tokens of a cluster (routed); 0 for dense.</summary>
    public int Block { get; init; }

    /// <summary>Anchor: query blocks that share one selection.</summary>
    public int Step { get; init; }

    /// <summary>Anchor: difference threshold in natural-log score units.</summary>
    public float Theta { get; init; }

    /// <summary>Selected: how keys are estimated and chosen; null for other patterns.</summary>
    public KeySelection? Selection { get; init; }

    /// <summary>Masked: whether the predicate depends on batch or head, so that blocks are classified for each.</summary>
    public bool PerHead { get; init; }

    /// <summary>Masked, indexed: asks the user's predicate; null where there is none.</summary>
    public BlockClassifier? Classifier { get; init; }
}
