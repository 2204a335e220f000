namespace Kernels;

/// <summary>Declares attention over every key (causal or full).</summary>
public sealed class DenseAttentionAttribute : AttentionAttribute;
