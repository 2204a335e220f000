using Kernels.Cli.Errors;
using SkiaSharp;

namespace Kernels.Cli.Input;

/// <summary>Pictures from outside, in any format SkiaSharp decodes.</summary>
internal static class ImageFile
{
    // A header may promise any size; decoding allocates four bytes a pixel.
    private const long MostPixels = 100_000_000;

    /// <summary>
    /// The middle of a picture as networks trained on ImageNet are evaluated: the shorter side resized to 256 of 224 parts of
    /// <paramref name="side"/>, then the square in the centre.
    /// </summary>
    /// <param name="option">The option that named the file, for messages.</param>
    /// <param name="path">File to read.</param>
    /// <param name="side">Rows and columns of the result.</param>
    /// <returns>[side × side, 3] bytes: red, green, blue.</returns>
    /// <exception cref="InputException">The file is missing, or no picture, or too large.</exception>
    public static byte[] ReadCentre(string option, string path, int side)
    {
        if (!File.Exists(path)) throw new InputException($"{option}: there is no file '{path}'; check the path (relative paths start at '{Directory.GetCurrentDirectory()}').");
        using var codec = SKCodec.Create(path)
            ?? throw new InputException($"{option}: '{path}' is no picture that can be decoded; name a PNG, JPEG, WebP or GIF file.");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (width < 1 || height < 1 || (long)width * height > MostPixels)
            throw new InputException($"{option}: '{path}' has {width} × {height} pixels; 1 to {MostPixels} are decoded. Make it smaller first.");
        using var decoded = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        var result = codec.GetPixels(decoded.Info, decoded.GetPixels());
        if (result != SKCodecResult.Success) throw new InputException($"{option}: '{path}' is damaged ({result}); only whole pictures are classified.");

        var scale = side * 256.0 / 224 / Math.Min(width, height);
        var (newWidth, newHeight) = (Math.Max(side, (int)Math.Round(width * scale)), Math.Max(side, (int)Math.Round(height * scale)));
        using var resized = decoded.Resize(decoded.Info.WithSize(newWidth, newHeight), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear))
            ?? throw new InputException($"{option}: '{path}' with {width} × {height} pixels cannot be resized to {newWidth} × {newHeight}.");
        var pixels = resized.GetPixelSpan();
        var (left, top) = ((newWidth - side) / 2, (newHeight - side) / 2);
        var rgb = new byte[3 * side * side];
        for (var i = 0; i < rgb.Length; i++) rgb[i] = pixels[(top + i / 3 / side) * resized.RowBytes + (left + i / 3 % side) * 4 + i % 3];
        return rgb;
    }
}
