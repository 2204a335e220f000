namespace Kernels.Generators.Skeletons;

/// <summary>Where things lie in a weight panel, as C# text in units of one word or of four.</summary>
internal static class GpuPanelPlaces
{
    // A run of 2:4 weights: eight steps of two slots, and a word of places for every output before them.
    private const int RunSteps = GpuContractionTile.RunSteps, Slots = 2;

    /// <summary>
    /// Where a row lies in its panel: <paramref name="unscaled"/>, text in units of <paramref name="unit"/> words, and the scales that every group
    /// of steps up to <paramref name="step"/>'s begins with.
    /// </summary>
    public static string PastScales(string unscaled, string step, int unit) => $"{unscaled} + (({step} >> a.ScaleShift) + 1) * {Words("ScaleWords", unit)}";

    /// <summary>Where the scales of <paramref name="step"/> lie, <paramref name="groupStart"/> being where its group would without any.</summary>
    public static string Scales(string groupStart, string step, int unit) => $"{groupStart} + ({step} >> a.ScaleShift) * {Words("ScaleWords", unit)}";

    /// <summary>The first step of the group that shares its scales with <paramref name="step"/>.</summary>
    public static string GroupStart(string step) => $"(({step} >> a.ScaleShift) << a.ScaleShift)";

    /// <summary>Where a dense step's row lies in the panel that begins at <paramref name="panel"/>.</summary>
    public static string Row(string panel, string step, int unit) => PastScales($"{panel} + {step} * {RowWords(unit)}", step, unit);

    /// <summary>Where a dense step's scales lie.</summary>
    public static string RowScales(string panel, string step, int unit) => Scales($"{panel} + {GroupStart(step)} * {RowWords(unit)}", step, unit);

    /// <summary>Where the run of a 2:4 step begins, with the places of its weights.</summary>
    public static string Run(string panel, string step, int unit) => PastScales($"{panel} + ({step} >> 3) * {RunWords(unit)}", step, unit);

    /// <summary>Where a 2:4 step's scales lie.</summary>
    public static string RunScales(string panel, string step, int unit) => Scales($"{panel} + ({GroupStart(step)} >> 3) * {RunWords(unit)}", step, unit);

    /// <summary>Where the first of a 2:4 step's two rows lies; the step is text, or its place in the run is.</summary>
    public static string RunSlots(string run, string step, int unit) =>
        $"{run} + {GpuContractionTile.PanelWidth / unit} + ({step} & {RunSteps - 1}) * {Slots} * {RowWords(unit)}";

    /// <summary>Words of a row.</summary>
    public static string RowWords(int unit) => Words("RowWords", unit);

    private static string RunWords(int unit) => $"({GpuContractionTile.PanelWidth / unit} + {RunSteps * Slots} * {RowWords(unit)})";

    private static string Words(string count, int unit) => unit == 1 ? $"TPanels.{count}" : $"(TPanels.{count} >> 2)";
}
