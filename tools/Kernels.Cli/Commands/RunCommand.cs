using System.CommandLine;
using Kernels.Cli.Errors;
using Kernels.Cli.Output;
using Kernels.Cli.Running;

namespace Kernels.Cli.Commands;

/// <summary><c>kernels run</c>: read a prompt and write on.</summary>
internal static class RunCommand
{
    private const int DefaultMaxTokens = 256;

    /// <summary>Builds the command.</summary>
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var shared = new SharedOptions();
        var prompt = new PromptOptions();
        var maxTokens = Options.WholeNumber("--max-tokens", "N", "Most tokens to write.", 0, int.MaxValue, DefaultMaxTokens);
        var temperature = Options.Number(
            "--temperature", "T", "0 writes the likeliest token; higher is more varied.", 0, value => value >= 0, "a number of 0 or more");
        var topP = Options.Number(
            "--top-p", "P", "Sample from the likeliest tokens that hold this much probability.", 1, value => value is > 0 and <= 1,
            "a number above 0 and at most 1");
        var seed = Options.WholeNumber<ulong>("--seed", "S", "The same seed writes the same text.", 0, ulong.MaxValue, 0);
        var compare = Options.Flag("--compare", "Run dense attention and dense weights beside, and measure the agreement.");
        var logits = Options.Text("--logits", "FILE", "Write the logits of the last prompt position as a JSON array.");
        var command = new Command("run", "Read a prompt and write on.");
        prompt.AddTo(command);
        foreach (Option option in (ReadOnlySpan<Option>)[maxTokens, temperature, topP, seed, compare, logits])
            command.Options.Add(option);
        shared.AddTo(command);
        command.SetAction(parsed =>
        {
            var asked = shared.Read(parsed, parsed.GetValue(compare));
            var settings = new RunSettings
            {
                Shared = asked,
                Prompt = prompt.Read(parsed, asked),
                MaxTokens = parsed.GetValue(maxTokens),
                Temperature = parsed.GetValue(temperature),
                TopP = parsed.GetValue(topP),
                Seed = parsed.GetValue(seed),
                Compare = parsed.GetValue(compare),
                Logits = parsed.GetValue(logits),
            };
            Run.Execute(settings, terminal, cancellation);
            return ExitCode.Success;
        });
        return command;
    }
}
