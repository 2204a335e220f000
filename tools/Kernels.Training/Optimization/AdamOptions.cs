namespace Kernels.Training.Optimization;

/// <summary>Constants of <see cref="AdamW"/>.</summary>
internal sealed record AdamOptions(
    float Beta1 = 0.9f, float Beta2 = 0.98f, float Epsilon = 1e-8f, double WeightDecay = 0.05, double ClipNorm = 1);
