using System.CommandLine;
using Kernels.Cli.Errors;
using Kernels.Cli.Output;
using Kernels.Cli.Running;

namespace Kernels.Cli.Commands;

/// <summary><c>kernels average</c>: average models that share their masks into a folder of its own.</summary>
internal static class AverageCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var models = Options.Texts("--model", "DIR", "Folder of a model, as kernels compress writes it or with dense weights; give the option for each of at least two.");
        models.Required = true;
        var output = Options.Text("--out", "DIR", "Folder to make. It appears whole or not at all; interrupted work is gone on with.");
        output.Required = true;
        var json = SharedOptions.Json();
        var command = new Command("average", "Average models that were trained on from one pruned model; what is dropped stays dropped.") { models, output, json };
        command.SetAction(parsed =>
        {
            var folders = parsed.GetRequiredValue(models);
            if (folders.Length < 2) throw new UsageException("--model names one folder; give it for each of at least two.");
            if (folders.Contains("")) throw new UsageException("--model is empty; name a folder.");
            Averaging.Execute(folders, parsed.GetRequiredValue(output)!, parsed.GetValue(json), terminal, cancellation);
            return ExitCode.Success;
        });
        return command;
    }
}
