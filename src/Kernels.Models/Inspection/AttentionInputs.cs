namespace Kernels.Models;

/// <summary>What one layer's attention was given: [tokens, heads, channels], dense row-major and in fp32.</summary>
/// <param name="Query">Queries, all query heads.</param>
/// <param name="Key">Keys, all key heads.</param>
/// <param name="Value">Values, all key heads.</param>
public sealed record AttentionInputs(float[] Query, float[] Key, float[] Value);
