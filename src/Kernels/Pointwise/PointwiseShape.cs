namespace Kernels;

/// <summary>The largest pointwise product a plan must hold; a run may have fewer pixels.</summary>
/// <param name="Inputs">Input channels.</param>
/// <param name="Outputs">Output channels.</param>
/// <param name="Pixels">Pixels of a channel, or rows of a batch stored one column after the other.</param>
public readonly record struct PointwiseShape(int Inputs, int Outputs, int Pixels);
