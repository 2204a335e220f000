namespace Kernels.Perf.Rows.Sample;

/// <summary>What one layer's attention was given: [tokens, heads, channels], dense and in fp32.</summary>
internal sealed record AttentionInputs(float[] Query, float[] Key, float[] Value);
