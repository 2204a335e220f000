using Kernels.Cli.Errors;
using Kernels.Models;

namespace Kernels.Cli.Input;

/// <summary>Pictures to calibrate on.</summary>
internal static class ImageFolder
{
    private static readonly string[] Endings = [".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp"];

    /// <summary>Reads one picture, or pictures of a folder and the folders in it: spread evenly over their names where there are more than are wanted.</summary>
    /// <param name="option">The option that named the path, for messages.</param>
    /// <param name="path">File or folder.</param>
    /// <param name="network">What the pictures are for.</param>
    /// <param name="most">Most pictures.</param>
    /// <returns>[channels, side, side] each, normalised for the network.</returns>
    /// <exception cref="InputException">There is none, or one cannot be decoded.</exception>
    public static float[][] Read(string option, string path, VisionNetwork network, int most)
    {
        if (network.Channels != 3) throw new InputException($"{option}: the network reads {network.Channels} channels; pictures have 3.");
        var files = Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal).ToArray()
            : [path];
        if (files.Length == 0) throw new InputException($"{option}: '{path}' holds no picture ({string.Join(", ", Endings)}); name a folder that does, or one picture.");
        var count = Math.Min(most, files.Length);
        return [.. Enumerable.Range(0, count).Select(i => network.Normalization.Normalize(ImageFile.ReadCentre(option, files[(int)((long)i * files.Length / count)], network.Side)))];
    }
}
