namespace Kernels.Training.Model;

/// <summary>Sizes of a Llama with tied embeddings and attention biases. Widths are multiples of 16, the head dimension of 32.</summary>
/// <param name="Vocabulary">Token ids.</param>
/// <param name="Width">Channels of the residual stream.</param>
/// <param name="Layers">Decoder layers.</param>
/// <param name="QueryHeads">Query heads.</param>
/// <param name="KeyHeads">Key and value heads.</param>
/// <param name="HeadDim">Channels of a head.</param>
/// <param name="Inner">Channels inside the MLP.</param>
/// <param name="RotaryTheta">Base of the rotary frequencies.</param>
/// <param name="Context">Longest sequence.</param>
/// <param name="NormEpsilon">ε of the norms.</param>
internal sealed record ModelShape(
    int Vocabulary, int Width, int Layers, int QueryHeads, int KeyHeads, int HeadDim, int Inner, double RotaryTheta, int Context,
    float NormEpsilon = 1e-5f)
{
    /// <summary>The sample model: 1.6 million parameters.</summary>
    public static ModelShape Sample { get; } = new(256, 192, 4, 3, 1, 64, 512, 100_000, 16_384);

    public int QueryWidth => QueryHeads * HeadDim;

    public int KeyWidth => KeyHeads * HeadDim;

    /// <summary>Columns of the fused [query | key | value] projection.</summary>
    public int ProjectionWidth => QueryWidth + 2 * KeyWidth;

    public float AttentionScale => 1f / MathF.Sqrt(HeadDim);
}
