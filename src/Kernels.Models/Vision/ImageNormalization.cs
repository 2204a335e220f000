namespace Kernels.Models;

/// <summary>Pixels as networks trained on ImageNet read them.</summary>
public static class ImageNormalization
{
    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f], Deviation = [0.229f, 0.224f, 0.225f];

    /// <summary>(value / 255 − mean) / standard deviation of each channel, channels first.</summary>
    /// <param name="rgb">[pixels, 3] bytes.</param>
    /// <returns>[3, pixels].</returns>
    /// <exception cref="ArgumentException">The bytes are not whole pixels.</exception>
    public static float[] Normalize(ReadOnlySpan<byte> rgb)
    {
        if (rgb.Length % 3 != 0) throw new ArgumentException($"{rgb.Length} bytes are not whole pixels of three.", nameof(rgb));
        var pixels = rgb.Length / 3;
        var values = new float[rgb.Length];
        for (var i = 0; i < rgb.Length; i++) values[i % 3 * pixels + i / 3] = (rgb[i] / 255f - Mean[i % 3]) / Deviation[i % 3];
        return values;
    }
}
