using Kernels.Models;
using Spectre.Console;

namespace Kernels.Cli.Output;

/// <summary>What became of every matrix.</summary>
internal static class CompressionTable
{
    /// <summary>Shows the report.</summary>
    public static void Show(Terminal terminal, CompressionReport report)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("tensor").AddColumn(new TableColumn("density").RightAligned()).AddColumn(new TableColumn("error").RightAligned())
            .AddColumn(new TableColumn("time").RightAligned());
        foreach (var tensor in report.Tensors)
            table.AddRow(Markup.Escape(tensor.Tensor), Quantities.Share(tensor.Density), Quantities.Share(tensor.Error), Quantities.Seconds(tensor.Seconds));
        var console = Consoles.On(terminal.Output, terminal.OutputIsInteractive);
        console.Write(table);
        console.WriteLine($"{report.Pattern} by {report.Method}: {Quantities.Share(report.Density)} of the pruned layers' weights are kept, stored as {report.Format}.");
        if (report.Perplexity is { } perplexity)
            console.WriteLine(FormattableString.Invariant($"Perplexity of {perplexity.Tokens} tokens: {perplexity.Dense:g5} before, {perplexity.Pruned:g5} after."));
    }
}
