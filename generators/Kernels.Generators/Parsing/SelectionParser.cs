using System.Globalization;
using Kernels.Generators.Diagnostics;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Parsing;

/// <summary>Reads estimator, selector and forced parts of <c>[SelectedAttention]</c> and of the attributes of methods that select.</summary>
internal sealed class SelectionParser(AttributeReader attribute, UserMethodParser methods, Findings findings)
{
    private static readonly string[] Selectors = ["TopK", "TopShare", "Mass", "Threshold", "Difference", "Select"];

    public SelectionSpec Blocks()
    {
        var estimator = (EstimatorKind)attribute.Read("Estimator", 0);
        var reduction = (ReductionKind)attribute.Read("Reduction", 0);
        if (estimator is < EstimatorKind.Pooled or (> EstimatorKind.Bounds and not EstimatorKind.Gate and not EstimatorKind.GroupGate))
            Refuse("Estimator", estimator.ToString(), "Pooled, Antidiagonal, Probabilities, Bounds, Gate or GroupGate; other estimators have attributes of their own");
        if (reduction is < ReductionKind.None or > ReductionKind.Max) Refuse("Reduction", (int)reduction, "a value of GroupReduction");
        var block = Number("Block", 128, 16, 1024, 16);
        var rows = Number("Rows", 0, 0, 1024);
        var single = estimator is EstimatorKind.Bounds or EstimatorKind.GroupGate;
        if (rows == 0) rows = single ? 1 : block;
        var stride = Number("Stride", 16, 1, 64);
        switch (estimator)
        {
            case EstimatorKind.Bounds or EstimatorKind.GroupGate when rows != 1:
                Refuse("Rows", rows, $"1 with the estimator {estimator}");
                break;
            case EstimatorKind.GroupGate when !attribute.Read("Causal", true):
                Refuse("Causal", false, "left out with the estimator GroupGate, whose blocks end at the row's own");
                break;
            case EstimatorKind.GroupGate when reduction != ReductionKind.None:
                Refuse("Reduction", reduction, "left out with the estimator GroupGate, which selects once for the heads of a key head");
                break;
            case EstimatorKind.Antidiagonal when stride > 0 && (rows % stride != 0 || block % stride != 0):
                Refuse("Stride", stride, $"a divisor of Rows = {rows} and Block = {block}");
                break;
            case EstimatorKind.Probabilities when block % 32 != 0:
                Refuse("Block", block, "a multiple of 32 with the estimator Probabilities");
                break;
        }

        var selfSimilarity = Share("SelfSimilarity");
        if (selfSimilarity > 0 && estimator != EstimatorKind.Pooled)
            Refuse("SelfSimilarity", selfSimilarity.ToString(CultureInfo.InvariantCulture), "left out unless the estimator is Pooled");
        var set = Selectors.Where(IsSet).ToArray();
        if (set.Length != 1)
            findings.Add(KernelDiagnostics.OneSelector, set.Length == 0 ? attribute.Location : attribute.LocationOf(set[1]), set.Length == 0 ? "none" : string.Join(", ", set));
        else if (estimator == EstimatorKind.Bounds && set[0] is "Mass" or "Threshold")
            findings.Add(KernelDiagnostics.BoundsSelector, attribute.LocationOf(set[0]), set[0]);
        return new SelectionSpec(
            estimator, rows, block, stride, Number("TopK", 0, 0, int.MaxValue), Share("TopShare"), Share("Mass"), Share("Threshold"),
            methods.Parse("Select", ValueKind.Bool, [ValueKind.Float, ValueKind.Int, ValueKind.Float, ValueKind.Int, ValueKind.Int]),
            Number("SinkBlocks", 1, 0, 1 << 20), Number("LocalBlocks", 1, 0, 1 << 20), reduction,
            SelfSimilarity: selfSimilarity, Difference: Positive("Difference"), DenseGroups: Number("DenseGroups", 0, 0, 1 << 20));
    }

    public SelectionSpec ColumnsAndDiagonals() => new(
        EstimatorKind.LastRows, Number("Rows", 64, 16, 1024), 1, TopK: Number("Columns", 1000, 1, int.MaxValue),
        Sink: Number("SinkColumns", 30, 0, 1 << 20), Local: Number("LocalDiagonals", 100, 1, 1 << 20),
        Diagonals: Number("Diagonals", 4096, 1, int.MaxValue), LastRows: Number("LastRows", 64, 1, 256));

    public SelectionSpec AdaptiveBlocks()
    {
        RequireCausal();
        var block = Number("Block", 128, 32, 1024, 32);
        return new SelectionSpec(
            EstimatorKind.LastRowsOrPooled, block, block, Mass: Share("Mass", 0.95f), LastRows: Number("LastRows", 128, 1, 256),
            Divergence: Share("Divergence", 0.1f), MinBudget: Number("MinBudget", 1024, 0, 1 << 30));
    }

    public SelectionSpec KeptKeys()
    {
        RequireCausal();
        var (window, capacity) = (Number("Window", 32, 1, 256), Number("Capacity", 2048, 2, 1 << 30));
        if (capacity <= window) Refuse("Capacity", capacity, $"more than Window = {window}");
        var width = Number("PoolWidth", 5, 1, 255);
        if (width % 2 == 0) Refuse("PoolWidth", width, "odd, so that a key stands in the middle of its neighbours");
        var reduction = (ReductionKind)attribute.Read("Reduction", (int)ReductionKind.Mean);
        if (reduction is < ReductionKind.Sum or > ReductionKind.Max) Refuse("Reduction", reduction, "Sum, Mean or Max: a cache is kept once for the heads that share it");
        var pooling = (PoolingKind)attribute.Read("Pooling", 0);
        if (pooling is < PoolingKind.Average or > PoolingKind.Maximum) Refuse("Pooling", (int)pooling, "a value of ScorePooling");
        return new SelectionSpec(
            EstimatorKind.ObservationWindow, int.MaxValue, 1, TopK: capacity, Reduction: reduction, LastRows: window,
            Pooling: pooling, PoolWidth: width, OwnShare: Share("OwnShare", 1f));
    }

    private void RequireCausal()
    {
        if (!attribute.Read("Causal", true)) Refuse("Causal", "false", "left out: the method is defined for causal attention");
    }

    private bool IsSet(string selector) => selector switch
    {
        "TopK" => attribute.Read(selector, 0) != 0,
        "Select" => !string.IsNullOrEmpty(attribute.ReadText(selector)),
        _ => attribute.Read(selector, 0f) != 0,
    };

    private int Number(string name, int fallback, int least, int most, int multiple = 1)
    {
        var value = attribute.Read(name, fallback);
        if (value < least || value > most || value % multiple != 0)
            Refuse(name, value, multiple == 1 ? most == int.MaxValue ? $"at least {least}" : $"{least} to {most}" : $"a multiple of {multiple} from {least} to {most}");
        return value;
    }

    private float Positive(string name)
    {
        var value = attribute.Read(name, 0f);
        if (!(value >= 0 && value < float.PositiveInfinity)) Refuse(name, value.ToString(CultureInfo.InvariantCulture), "finite and not negative");
        return value;
    }

    private float Share(string name, float fallback = 0f)
    {
        var value = attribute.Read(name, fallback);
        if (!(value is >= 0 and <= 1)) Refuse(name, value.ToString(CultureInfo.InvariantCulture), "0 to 1");
        return value;
    }

    private void Refuse(string name, object value, string limit) =>
        findings.Add(KernelDiagnostics.SelectionParameter, attribute.LocationOf(name), name, value, limit);
}
