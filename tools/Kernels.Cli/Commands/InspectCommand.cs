using System.CommandLine;
using Kernels.Cli.Errors;
using Kernels.Cli.Output;
using Kernels.Cli.Running;

namespace Kernels.Cli.Commands;

/// <summary><c>kernels inspect</c>: look at what sparse methods do inside a model.</summary>
internal static class InspectCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Create(Terminal terminal, CancellationToken cancellation) =>
        new("inspect", "Look at what a sparse method does inside a model.") { Attention(terminal, cancellation) };

    private static Command Attention(Terminal terminal, CancellationToken cancellation)
    {
        var shared = new SharedOptions();
        var prompt = new PromptOptions();
        var picture = Options.Text(
            "--out", "FILE", "Draw a PNG: for each layer and head the true attention beside what was visited. Needed unless --json is given.");
        var command = new Command("attention", "Show, head by head, where attention lies and what a method visits of it.") { picture };
        prompt.AddTo(command);
        shared.AddTo(command);
        command.SetAction(parsed =>
        {
            var settings = shared.Read(parsed, compares: true);
            if (parsed.GetValue(picture) is null && !settings.Json)
                throw new UsageException("there is nothing to write to; add --out FILE.png for a picture, --json for figures, or both.");
            Inspection.Execute(settings, prompt.Read(parsed, settings), parsed.GetValue(picture), terminal, cancellation);
            return ExitCode.Success;
        });
        return command;
    }
}
