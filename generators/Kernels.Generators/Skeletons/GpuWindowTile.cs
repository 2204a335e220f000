using Kernels.Generators.Emission;
using Kernels.Generators.Specs;
using static Kernels.Generators.Emission.Unrolled;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// The output pixels of a thread of a kernel that moves windows over channels: neighbours in memory belong to neighbouring threads. In
/// scope are the image <c>x</c> and its numbers <c>a</c>; output pixels are numbered from <c>first</c> on.
/// </summary>
/// <param name="writer">Where to write.</param>
/// <param name="window">How the window moves.</param>
/// <param name="threads">Threads of a group.</param>
/// <param name="pixels">Output pixels of a thread.</param>
internal sealed class GpuWindowTile(SourceWriter writer, WindowSpec window, int threads, int pixels)
{
    /// <summary>Numbers of the pixels.</summary>
    public int[] Pixels { get; } = Range(pixels);

    // A window of one pixel that moves by one lies where its output does.
    private bool IsPointwise => window is { Side: 1, Stride: 1, Padding: 0 };

    /// <summary>Declares where the window of every pixel begins.</summary>
    public void Begin()
    {
        writer.Line($"var first = global::ILGPU.Grid.IdxX * {threads * pixels} + global::ILGPU.Group.IdxX;");
        foreach (var p in Pixels)
        {
            // Pixels past the end repeat the last one: their sums are not stored.
            writer.Line($"var pixel{p} = global::System.Math.Min(first{Plus(p * threads)}, a.Pixels - 1);");
            if (IsPointwise) continue;
            writer.Line($"var row{p} = pixel{p} / a.OutputWidth;");
            writer.Line($"int top{p} = row{p} * {window.Stride} - {window.Padding}, left{p} = (pixel{p} - row{p} * a.OutputWidth) * {window.Stride} - {window.Padding};");
        }
    }

    /// <summary>Loads, into <c>u{p}</c>, what lies under a tap of every pixel's window.</summary>
    /// <param name="channel">Place of the channel's first pixel.</param>
    /// <param name="y">Row of the tap.</param>
    /// <param name="x">Column of the tap.</param>
    public void Load(string channel, string y, string x)
    {
        foreach (var p in Pixels)
        {
            if (IsPointwise)
            {
                writer.Line($"var u{p} = x[{channel} + pixel{p}];");
                continue;
            }

            writer.Line($"int y{p} = top{p} + {y}, x{p} = left{p} + {x};");
            var value = $"x[{channel} + y{p} * a.Width + x{p}]";
            if (window.Padding == 0) writer.Line($"var u{p} = {value};");
            else writer.Line($"float u{p} = 0;\nif (y{p} >= 0 && y{p} < a.Height && x{p} >= 0 && x{p} < a.Width) u{p} = {value};");
        }
    }

    /// <summary>Writes <paramref name="store"/> for every pixel there is.</summary>
    public void Store(Action<int> store)
    {
        foreach (var p in Pixels)
            using (writer.Open($"if (first{Plus(p * threads)} < a.Pixels)")) store(p);
    }
}
