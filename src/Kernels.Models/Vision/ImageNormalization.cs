using System.Text.Json;

namespace Kernels.Models;

/// <summary>How a network reads pixels: (value / 255 − mean) / deviation of each of red, green and blue.</summary>
public sealed class ImageNormalization
{
    private readonly float[] _mean, _deviation;

    private ImageNormalization(string name, float[] mean, float[] deviation) => (Name, _mean, _deviation) = (name, mean, deviation);

    /// <summary>By the mean and the standard deviation of ImageNet's pixels: torchvision, timm, the ONNX model zoo.</summary>
    public static ImageNormalization ImageNet { get; } = new("imagenet", [0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>From −1 to 1: Keras's and TensorFlow's MobileNets.</summary>
    public static ImageNormalization Symmetric { get; } = new("symmetric", [0.5f, 0.5f, 0.5f], [0.5f, 0.5f, 0.5f]);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ImageNormalization> All { get; } = [ImageNet, Symmetric];

    /// <summary>Name on command lines and in files.</summary>
    public string Name { get; }

    /// <summary>The normalisation called <paramref name="name"/>.</summary>
    /// <exception cref="ModelException">There is none.</exception>
    public static ImageNormalization Find(string name) =>
        All.FirstOrDefault(known => known.Name == name)
        ?? throw new ModelException("image", "normalization", name, $"the normalizations are {string.Join(", ", All)}", "Name one of these.");

    /// <summary>Normalises an image, channels first.</summary>
    /// <param name="rgb">[pixels, 3] bytes.</param>
    /// <returns>[3, pixels].</returns>
    /// <exception cref="ArgumentException">The bytes are not whole pixels.</exception>
    public float[] Normalize(ReadOnlySpan<byte> rgb)
    {
        if (rgb.Length % 3 != 0) throw new ArgumentException($"{rgb.Length} bytes are not whole pixels of three.", nameof(rgb));
        var pixels = rgb.Length / 3;
        var values = new float[rgb.Length];
        for (var i = 0; i < rgb.Length; i++) values[i % 3 * pixels + i / 3] = (rgb[i] / 255f - _mean[i % 3]) / _deviation[i % 3];
        return values;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The one with which timm trained a model, as its config.json says; that of ImageNet where it says nothing.</summary>
    /// <exception cref="ModelException">Pixels are scaled in a way that is not known.</exception>
    internal static ImageNormalization OfTimm(JsonFields config)
    {
        if (config.Object("pretrained_cfg") is not { } trained || !trained.Has("mean")) return ImageNet;
        float[] mean = [.. trained.Items("mean").Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetSingle(out var value)
            ? value
            : throw trained.Refuse("mean", item.GetRawText(), "numbers are read"))];
        return All.FirstOrDefault(known => mean.SequenceEqual(known._mean))
            ?? throw trained.Refuse("mean", $"[{string.Join(", ", mean)}]", $"images are normalised as {string.Join(" or ", All)}");
    }
}
