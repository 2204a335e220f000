using System.Diagnostics;
using Kernels.Cli.Commands;
using Kernels.Cli.Errors;
using Kernels.Cli.Input;
using Kernels.Cli.Output;
using Kernels.Cli.Reports;
using Kernels.Models;

namespace Kernels.Cli.Running;

/// <summary>Distils the gates of a model into a file.</summary>
internal static class Distillation
{
    /// <summary>Does what was asked and prints the report.</summary>
    /// <exception cref="InputException">Something asked for is not there or does not fit.</exception>
    /// <exception cref="OperationCanceledException">The work was interrupted; no file was written.</exception>
    public static void Execute(DistillationSettings settings, Terminal terminal, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var start = Stopwatch.GetTimestamp();
        var text = TextFile.Read("--text", settings.Text, terminal.Input);
        using var file = new PendingFile("--out", settings.Output);
        using var device = DeviceChoice.Open("cpu", settings.Options.Threads);
        using var model = LanguageModel.Load(settings.Model is null ? Sample.Files : ModelFiles.InFolder(settings.Model), device);
        var distiller = new GateDistiller(model, model.Tokenizer.Encode(text), settings.Options);
        (AttentionGates Gates, GateDistillationReport Report)? result = null;
        ReadingProgress.Show(terminal, $"Distilling {model.Config.Layers} layers", distiller.Work, progress => result = distiller.Distil(progress, cancellation));
        var (gates, learned) = result!.Value;
        file.Complete(stream => SafetensorsWriter.Write(stream, gates.ToTensors()));
        var report = new DistillationReport(settings.Model ?? Sample.Name, settings.Output, Stopwatch.GetElapsedTime(start).TotalSeconds, learned);
        if (settings.Json) ReportJson.Write(terminal.Output, report, types => types.DistillationReport);
        else DistillationTable.Show(terminal, report);
    }
}
