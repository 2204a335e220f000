using System.Globalization;
using Kernels.Cli.Reports;
using Kernels.Models;
using SkiaSharp;

namespace Kernels.Cli.Output;

/// <summary>
/// An inspection as a picture: a row of panels for each layer, a panel for each head, and in it two maps of queries (down) × keys
/// (right): the true attention, and what the method visited of it.
/// </summary>
internal sealed class AttentionPicture : IDisposable
{
    private const int MapSide = 128, Gap = 6, Margin = 20, TitleHeight = 18, HeaderHeight = 48;
    private const int PanelWidth = 2 * MapSide + Gap, PanelHeight = MapSide + TitleHeight;

    // Attention spans many powers of ten; below this share a cell is drawn as empty.
    private const double Faintest = 1e-5;

    private static readonly SKColor Paper = SKColors.White, Ink = new(0x22, 0x22, 0x22), Future = new(0xEE, 0xEE, 0xEE);
    private static readonly SKColor[] MassRamp = [new(0xFF, 0xFF, 0xFF), new(0xFE, 0xD9, 0x76), new(0xFD, 0x8D, 0x3C), new(0xBD, 0x00, 0x26), new(0x40, 0x00, 0x20)];
    private static readonly SKColor[] VisitRamp = [new(0xFF, 0xFF, 0xFF), new(0x9E, 0xCA, 0xE1), new(0x08, 0x51, 0x9C)];

    private readonly InspectionReport _report;
    private readonly IReadOnlyList<HeadInspection> _heads;
    private readonly SKTypeface? _typeface = TitleFont.Find();

    /// <summary>Prepares the picture.</summary>
    public AttentionPicture(InspectionReport report, IReadOnlyList<HeadInspection> heads) => (_report, _heads) = (report, heads);

    /// <summary>Whether the machine has a font to write titles with.</summary>
    public bool HasTitles => _typeface is not null;

    /// <summary>Writes the PNG.</summary>
    public void Write(Stream stream)
    {
        var layers = _heads.GroupBy(head => head.Layer).Select(layer => layer.ToArray()).ToArray();
        var columns = layers.Max(layer => layer.Length);
        using var bitmap = new SKBitmap(2 * Margin + columns * (PanelWidth + Margin) - Margin, HeaderHeight + layers.Length * (PanelHeight + Margin) + Margin);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(Paper);
        Title(canvas, Margin, 22, 15,
            $"{_report.Attention} attention of {_report.Model}, {_report.Tokens} tokens: density {Percent(_report.Density)}, recall {Percent(_report.Recall)}");
        Title(canvas, Margin, 40, 11, "left: true attention (logarithmic); right: visited. Queries run down, keys to the right.");
        for (var row = 0; row < layers.Length; row++)
        for (var column = 0; column < layers[row].Length; column++)
            Panel(canvas, Margin + column * (PanelWidth + Margin), HeaderHeight + row * (PanelHeight + Margin), layers[row][column]);
        using var image = SKImage.FromBitmap(bitmap);
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        png.SaveTo(stream);
    }

    /// <inheritdoc/>
    public void Dispose() => _typeface?.Dispose();

    private void Panel(SKCanvas canvas, float x, float y, HeadInspection head)
    {
        Title(canvas, x, y + 12, 10, $"layer {head.Layer}, head {head.Head}: density {Percent(head.Density)}, recall {Percent(head.Recall)}");
        Map(canvas, x, y + TitleHeight, head.Mass, mass => 1 - Math.Log10(Math.Max(mass, Faintest)) / Math.Log10(Faintest), MassRamp);
        Map(canvas, x + MapSide + Gap, y + TitleHeight, head.Visited, share => share, VisitRamp);
    }

    private static void Map(SKCanvas canvas, float x, float y, float[,] cells, Func<double, double> strength, SKColor[] ramp)
    {
        var count = cells.GetLength(0);
        using var map = new SKBitmap(count, count);
        for (var row = 0; row < count; row++)
        for (var column = 0; column < count; column++)
            map.SetPixel(column, row, column > row ? Future : Colour(ramp, strength(cells[row, column])));
        using var image = SKImage.FromBitmap(map);
        canvas.DrawImage(image, SKRect.Create(x, y, MapSide, MapSide), new SKSamplingOptions(SKFilterMode.Nearest));
    }

    private static SKColor Colour(SKColor[] ramp, double strength)
    {
        var place = Math.Clamp(strength, 0, 1) * (ramp.Length - 1);
        var index = Math.Min((int)place, ramp.Length - 2);
        var (from, to, share) = (ramp[index], ramp[index + 1], place - index);
        return new SKColor(Blend(from.Red, to.Red), Blend(from.Green, to.Green), Blend(from.Blue, to.Blue));

        byte Blend(byte a, byte b) => (byte)Math.Round(a + (b - a) * share);
    }

    private void Title(SKCanvas canvas, float x, float y, float size, string text)
    {
        if (_typeface is null) return;
        using var font = new SKFont(_typeface, size);
        using var paint = new SKPaint { Color = Ink, IsAntialias = true };
        canvas.DrawText(text, x, y, SKTextAlign.Left, font, paint);
    }

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
