namespace Kernels.Perf.Rows;

/// <summary>Queries, keys and values of one sequence, [tokens, heads, channels] each.</summary>
internal readonly record struct AttentionData(float[] Query, float[] Key, float[] Value);
