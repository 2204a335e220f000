using SkiaSharp;

namespace Kernels.Cli.Output;

/// <summary>A font for the titles of pictures.</summary>
internal static class TitleFont
{
    // Skia without fontconfig, which a server may lack, does not look for fonts on Linux by itself.
    private static readonly string[] Folders = ["/usr/share/fonts", "/usr/local/share/fonts"];

    /// <summary>The system's default, else the first usable one in the system's folders; null where there is none.</summary>
    public static SKTypeface? Find() =>
        Usable(SKTypeface.Default)
        ?? Folders.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.ttf", SearchOption.AllDirectories))
            .OrderBy(file => Path.GetFileName(file) != "DejaVuSans.ttf").ThenBy(file => file, StringComparer.Ordinal)
            .Select(file => Usable(SKTypeface.FromFile(file)))
            .FirstOrDefault(typeface => typeface is not null);

    private static SKTypeface? Usable(SKTypeface? typeface)
    {
        if (typeface is null) return null;
        using var font = new SKFont(typeface);
        if (font.ContainsGlyph('0')) return typeface;
        typeface.Dispose();
        return null;
    }
}
