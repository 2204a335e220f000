using Kernels.Cli.Output;
using Kernels.Cli.Reports;
using Kernels.Models;

namespace Kernels.Cli.Running;

/// <summary>Averages models into a folder of its own.</summary>
internal static class Averaging
{
    /// <summary>Does what was asked and prints the report.</summary>
    /// <exception cref="OperationCanceledException">The work was interrupted; the same command goes on with it.</exception>
    public static void Execute(IReadOnlyList<string> models, string output, bool json, Terminal terminal, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var averager = new ModelAverager([.. models.Select(ModelFiles.InFolder)]);
        AverageReport? report = null;
        ReadingProgress.Show(
            terminal, $"Averaging {averager.Tensors} weights", averager.Tensors, progress => report = averager.Write(output, progress, cancellation));
        if (json) ReportJson.Write(terminal.Output, report!, types => types.AverageReport);
        else terminal.Output.WriteLine(Describe(report!));
    }

    private static string Describe(AverageReport report) =>
        $"{report.Models.Count} models averaged, {report.Tensors} tensors, {report.SparseTensors} of them sparse"
        + (report.Density is { } density ? $" with {Quantities.Share(density)} of their weights kept." : ".");
}
