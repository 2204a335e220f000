using Kernels.Cli.Commands;
using Kernels.Cli.Errors;
using Kernels.Cli.Input;
using Kernels.Cli.Output;
using Kernels.Cli.Reports;
using Kernels.Compression;
using Kernels.Models;

namespace Kernels.Cli.Running;

/// <summary>Prunes a model into a folder of its own.</summary>
internal static class Pruning
{
    /// <summary>Does what was asked and prints the report.</summary>
    /// <exception cref="UsageException">The method has to be calibrated and nothing to calibrate on was named.</exception>
    /// <exception cref="OperationCanceledException">The work was interrupted; the same command goes on with it.</exception>
    public static void Execute(PruningSettings settings, Terminal terminal, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var options = settings.Options;
        if (options.Needs != CalibrationNeed.None && settings.Calibration is null)
            throw new UsageException(
                $"{(options.Allocation == "owl" ? "--allocation owl" : $"--method {options.Method}")} weighs weights by their inputs; add --calibration, a text or, for a network of images, a folder of pictures.");
        var report = settings.Model is { } path && VisionNetwork.IsAt(path)
            ? PruneImages(path, settings, terminal, cancellation)
            : PruneText(settings, terminal, cancellation);
        if (settings.Json) ReportJson.Write(terminal.Output, report, types => types.CompressionReport);
        else CompressionTable.Show(terminal, report);
    }

    private static CompressionReport PruneImages(string path, PruningSettings settings, Terminal terminal, CancellationToken cancellation)
    {
        if (settings.Text is not null) throw new UsageException($"--text serves language models; '{path}' is a network of images. Leave it out.");
        var (network, options) = (VisionNetwork.Open(path), settings.Options);
        var images = options.Needs == CalibrationNeed.None ? null : ImageFolder.Read("--calibration", settings.Calibration!, network, options.Sequences);
        var compressor = new VisionCompressor(network, options, images);
        using var device = DeviceChoice.Open("cpu", settings.Threads);
        return Show(terminal, compressor.Layers, progress => compressor.Write(settings.Output, device, progress, cancellation));
    }

    private static CompressionReport PruneText(PruningSettings settings, Terminal terminal, CancellationToken cancellation)
    {
        var options = settings.Options;
        var calibrates = options.Needs != CalibrationNeed.None;
        if (settings is { Calibration: "-", Text: "-" }) throw new UsageException("--calibration and --text cannot both be standard input; name a file for one.");
        var files = settings.Model is null ? Sample.Files : ModelFiles.InFolder(settings.Model);
        if (calibrates || settings.Text is not null)
        {
            var tokenizer = TextTokenizer.Read(files);
            if (calibrates) options = options with { Calibration = tokenizer.Encode(TextFile.Read("--calibration", settings.Calibration!, terminal.Input)) };
            if (settings.Text is not null) options = options with { Evaluation = tokenizer.Encode(TextFile.Read("--text", settings.Text, terminal.Input)) };
        }

        var compressor = new ModelCompressor(files, options);
        using var device = DeviceChoice.Open("cpu", settings.Threads);
        return Show(terminal, compressor.Layers, progress => compressor.Write(settings.Output, device, progress, cancellation));
    }

    private static CompressionReport Show(Terminal terminal, int layers, Func<IProgress<int>?, CompressionReport> work)
    {
        CompressionReport? report = null;
        ReadingProgress.Show(terminal, $"Pruning {layers} layers", layers, progress => report = work(progress));
        return report!;
    }
}
