using System.CommandLine;
using Kernels.Catalog;
using Kernels.Cli.Errors;
using Kernels.Cli.Output;
using Kernels.Cli.Reports;
using Spectre.Console;

namespace Kernels.Cli.Commands;

/// <summary><c>kernels catalog</c>: the attention methods that are declared, and what each needs.</summary>
internal static class CatalogCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var json = SharedOptions.Json();
        var command = new Command("catalog", "List the attention methods: what each visits, is meant for and needs.") { json };
        command.SetAction(parsed =>
        {
            var report = new CatalogReport([.. AttentionCatalog.All.Select(Describe)]);
            if (parsed.GetValue(json)) ReportJson.Write(terminal.Output, report, types => types.CatalogReport);
            else Show(terminal, report);
            return ExitCode.Success;
        });
        return command;
    }

    private static CatalogEntryReport Describe(CatalogEntry entry) => new(
        entry.Name, entry.Description, entry.Source,
        entry.Phase switch
        {
            CatalogPhase.Prefill => "prefill",
            CatalogPhase.Decode => "decode",
            CatalogPhase.Compaction => "compaction",
            CatalogPhase.Diffusion => "diffusion",
            _ => "prefill and decode",
        },
        entry.Needs, entry.Kernels.HeadDims);

    private static void Show(Terminal terminal, CatalogReport report)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns(
            new TableColumn("name").NoWrap().PadRight(2), new TableColumn("phase").NoWrap().PadRight(2), new TableColumn("text"));
        foreach (var entry in report.Attention)
            table.AddRow(
                new Text(entry.Name, new Style(decoration: Decoration.Bold)), new Text(entry.Phase),
                new Text($"{entry.Description} ({entry.Source})" + (entry.Needs is null ? "" : $"; needs {entry.Needs}")));
        Consoles.On(terminal.Output, terminal.OutputIsInteractive).Write(table);
    }
}
