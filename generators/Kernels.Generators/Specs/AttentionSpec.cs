namespace Kernels.Generators.Specs;

/// <summary>A declared attention kernel.</summary>
/// <param name="Host">Where it was declared.</param>
/// <param name="Pattern">How keys are chosen.</param>
/// <param name="HeadDim">Channels of a head, 8 to 256.</param>
/// <param name="Causal">Bottom-right aligned causality.</param>
/// <param name="Scale">Factor on query·key; already resolved, never 0.</param>
/// <param name="Mask">Masked, indexed: bool of (query, key) or (batch, head, query, key).</param>
/// <param name="Score">Masked: float of (score, query, key) or (score, batch, head, query, key).</param>
/// <param name="Block">Masked, anchor: block side in tokens; routed: tokens of a cluster.</param>
/// <param name="Step">Anchor: query blocks sharing a selection.</param>
/// <param name="Theta">Anchor: difference threshold, natural units.</param>
/// <param name="Selection">Selected: estimator, selector and forced parts.</param>
internal sealed record AttentionSpec(
    HostSpec Host, AttentionPatternKind Pattern, int HeadDim, bool Causal, float Scale,
    UserMethodSpec? Mask = null, UserMethodSpec? Score = null, int Block = 0, int Step = 0, float Theta = 0, SelectionSpec? Selection = null)
    : KernelSpec(Host);
