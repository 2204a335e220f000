using Kernels.Cli.Commands;
using Kernels.Cli.Errors;
using Kernels.Cli.Output;
using Kernels.Cli.Reports;
using Kernels.Models;

namespace Kernels.Cli.Running;

/// <summary>Inspects the attention a text gets: figures, and a picture where one was asked for.</summary>
internal static class Inspection
{
    /// <summary>Does what was asked and prints it.</summary>
    /// <exception cref="InputException">Something asked for is not there or does not fit.</exception>
    /// <exception cref="OperationCanceledException">The inspection was interrupted.</exception>
    public static void Execute(SharedSettings settings, PromptSettings asked, string? picture, Terminal terminal, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var prompt = Prompt.Read(asked, terminal);
        using var file = picture is null ? null : new PendingFile("--out", picture);
        using var bench = new Bench(settings, compares: false);
        prompt ??= Sample.Document(bench.Tokenizer, bench.ContextLength, maxTokens: 0);
        var tokens = Prompt.Tokens(bench, prompt);
        IReadOnlyList<HeadInspection> heads = [];
        ReadingProgress.Show(terminal, $"Inspecting {tokens.Count} tokens", bench.Model.Config.Layers, progress =>
            heads = AttentionInspector.Inspect(bench.Model, bench.Attention, tokens, progress, cancellation));
        var report = InspectionReport.Of(bench.ModelName, bench.Device.Name, settings.Attention.Name, tokens.Count, heads);
        if (file is not null)
        {
            using var drawing = new AttentionPicture(report, heads);
            file.Complete(drawing.Write);
            if (!drawing.HasTitles)
                terminal.Error.WriteLine("kernels: no font was found, so the picture has no titles; install one (fonts-dejavu-core on Debian and Ubuntu).");
        }

        if (settings.Json) ReportJson.Write(terminal.Output, report, types => types.InspectionReport);
        else ReportTable.Show(terminal, report);
    }
}
