using System.CommandLine;
using Kernels.Cli.Errors;
using Kernels.Cli.Output;
using Kernels.Cli.Running;

namespace Kernels.Cli.Commands;

/// <summary><c>kernels evaluate</c>: perplexity of a text, dense against sparse.</summary>
internal static class EvaluateCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var shared = new SharedOptions();
        var text = Options.Text("--text", "FILE", "The UTF-8 text to measure; - is standard input. Longer than the context, it is cut into windows.");
        text.Required = true;
        var command = new Command("evaluate", "Measure the perplexity of a text, dense against sparse.") { text };
        shared.AddTo(command);
        command.SetAction(parsed =>
        {
            Evaluation.Execute(shared.Read(parsed, compares: true), parsed.GetRequiredValue(text)!, terminal, cancellation);
            return ExitCode.Success;
        });
        return command;
    }
}
