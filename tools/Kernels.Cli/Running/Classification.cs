using System.Diagnostics;
using Kernels.Cli.Commands;
using Kernels.Cli.Errors;
using Kernels.Cli.Input;
using Kernels.Cli.Output;
using Kernels.Cli.Reports;
using Kernels.Models;
using Spectre.Console;

namespace Kernels.Cli.Running;

/// <summary>Classifies a picture.</summary>
internal static class Classification
{
    private const int Places = 5;

    /// <summary>Does what was asked and prints the report.</summary>
    /// <exception cref="InputException">Picture or labels cannot be read, or do not suit the network.</exception>
    public static void Execute(ClassificationSettings settings, Terminal terminal)
    {
        var network = VisionNetwork.Open(settings.Model);
        if (network.Channels != 3) throw new InputException($"--model: '{settings.Model}' reads {network.Channels} channels; pictures have 3.");
        var labels = settings.Labels is null ? null : ReadLabels(settings.Labels, network.ClassifierBias.Length, terminal);
        var image = (settings.Pixels ?? network.Normalization).Normalize(ImageFile.ReadCentre("--image", settings.Image, network.Side));
        using var device = DeviceChoice.Open(settings.Device, settings.Threads);
        using var model = new VisionModel(network, device, settings.Pattern);
        model.Classify(image); // the first run compiles
        var start = Stopwatch.GetTimestamp();
        var logits = model.Classify(image);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var report = new ClassificationReport(settings.Model, settings.Image, settings.Pattern?.Name, Density(model.Network), seconds, Top(logits, labels));
        if (settings.Json) ReportJson.Write(terminal.Output, report, types => types.ClassificationReport);
        else Show(terminal, report);
    }

    private static string[] ReadLabels(string path, int classes, Terminal terminal)
    {
        var lines = TextFile.Read("--labels", path, terminal.Input).TrimEnd('\n', '\r').Split('\n');
        return lines.Length == classes
            ? [.. lines.Select(line => Failure.OneLine(line))]
            : throw new InputException($"--labels: '{path}' has {lines.Length} lines; the network has {classes} classes. Name a file with one line for each.");
    }

    private static double Density(VisionNetwork network) =>
        network.Layers.Sum(layer => (double)(layer.Mask?.Kept ?? layer.Filters.Length)) / network.Layers.Sum(layer => (double)layer.Filters.Length);

    private static ClassReport[] Top(float[] logits, string[]? labels)
    {
        var highest = (double)logits.Max();
        var sum = logits.Sum(logit => Math.Exp(logit - highest));
        return [.. Enumerable.Range(0, logits.Length).OrderByDescending(i => logits[i]).ThenBy(i => i).Take(Places)
            .Select(i => new ClassReport(i, labels?[i], Math.Exp(logits[i] - highest) / sum))];
    }

    private static void Show(Terminal terminal, ClassificationReport report)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns(
            new TableColumn("share").NoWrap().RightAligned().PadRight(2), new TableColumn("class").NoWrap().PadRight(2), new TableColumn("label"));
        foreach (var place in report.Top) table.AddRow(new Text(Quantities.Share(place.Probability)), new Text($"{place.Class}"), new Text(place.Label ?? ""));
        Consoles.On(terminal.Output, terminal.OutputIsInteractive).Write(table);
        terminal.Output.WriteLine($"{report.Pattern ?? (report.Density < 1 ? "as stored" : "dense")}, {Quantities.Share(report.Density)} of the filters' weights stored, {Quantities.Seconds(report.Seconds)}");
    }
}
