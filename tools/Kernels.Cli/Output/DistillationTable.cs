using Kernels.Cli.Reports;
using Spectre.Console;

namespace Kernels.Cli.Output;

/// <summary>The attention mass each layer's gates find.</summary>
internal static class DistillationTable
{
    /// <summary>Shows the report.</summary>
    public static void Show(Terminal terminal, DistillationReport report)
    {
        var learned = report.Distillation;
        var table = new Table().Border(TableBorder.Simple).AddColumn("layer").AddColumn("density");
        foreach (var heading in (string[])["recall before", "after", "at best", "loss before", "after"]) table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var layer in learned.Layers)
        foreach (var recall in layer.Recall)
            table.AddRow(
                $"{layer.Layer}", Quantities.Share(recall.Density), Quantities.Share(recall.Before), Quantities.Share(recall.After), Quantities.Share(recall.Best),
                $"{layer.LossBefore:0.000}", $"{layer.LossAfter:0.000}");
        var console = Consoles.On(terminal.Output, terminal.OutputIsInteractive);
        console.Write(table);
        var from = learned.HeldOutSequences == 0
            ? "the sequence they learned from: the text is too short to hold one out"
            : $"{learned.HeldOutSequences} held-out sequence{(learned.HeldOutSequences == 1 ? "" : "s")}";
        console.WriteLine(
            $"Gates for {(learned.ForDecode ? "generation (--attention seer-r)" : "prompts (--attention seer)")}, learned in {learned.Steps} steps from "
            + $"{learned.TrainingSequences} of {learned.SequenceLength} tokens in {Quantities.Seconds(report.Seconds)}; figures are of {from}.");
    }
}
