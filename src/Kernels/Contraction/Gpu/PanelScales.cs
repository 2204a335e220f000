using ILGPU;

namespace Kernels;

/// <summary>Integer weights of a panel times the scales of their outputs.</summary>
internal static class PanelScales
{
    /// <summary>Words of the scales that each group of inputs begins with.</summary>
    public const int Words = 32;

    /// <summary>A pair times the scales whose first word is <paramref name="scales"/>.</summary>
    public static WeightPair Apply(WeightPair pair, ArrayView<uint> panels, long scales, int lane) =>
        new(pair.First * Interop.IntAsFloat(panels[scales + lane]), pair.Second * Interop.IntAsFloat(panels[scales + lane + 16]));

    /// <summary>Eight times the scales whose first four words are <paramref name="scales"/>.</summary>
    public static WeightOctet Apply(WeightOctet eight, ArrayView<UInt4> panels, long scales, int quad) =>
        new(Multiply(eight.First, panels[scales + quad]), Multiply(eight.Second, panels[scales + quad + 4]));

    private static Float4 Multiply(Float4 weights, UInt4 scales) => new(
        weights.X * Interop.IntAsFloat(scales.X), weights.Y * Interop.IntAsFloat(scales.Y), weights.Z * Interop.IntAsFloat(scales.Z),
        weights.W * Interop.IntAsFloat(scales.W));
}
