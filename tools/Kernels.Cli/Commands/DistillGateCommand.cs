using System.CommandLine;
using Kernels.Cli.Errors;
using Kernels.Cli.Output;
using Kernels.Cli.Running;
using Kernels.Models;

namespace Kernels.Cli.Commands;

/// <summary><c>kernels distill-gate</c>: learn the gates that SeerAttention selects keys by.</summary>
internal static class DistillGateCommand
{
    private const string Prefill = "prefill", Decode = "decode";

    /// <summary>Builds the command.</summary>
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var defaults = new GateDistillationOptions();
        var model = Options.Text(
            "--model", "DIR", "Hugging Face folder with config.json, *.safetensors and a tokenizer. Default: the embedded sample model.");
        var text = Options.Text("--text", "FILE", "UTF-8 text to learn from; - is standard input.");
        text.Required = true;
        var output = Options.Text("--out", "FILE", "Safetensors file to write. It appears whole or not at all.");
        output.Required = true;
        var phase = Options.Choice("--for", "What the gates select for: reading prompts (--attention seer) or generating (--attention seer-r).", [Prefill, Decode], Prefill);
        var length = Options.WholeNumber(
            "--length", "N", "Tokens of a sequence; at most the context. The selection a gate learns is that of texts of this length.",
            GateDistiller.FewestTokens, int.MaxValue, defaults.SequenceLength);
        var sequences = Options.WholeNumber("--sequences", "N", "Most sequences; an eighth is held out for the report.", 1, int.MaxValue, defaults.Sequences);
        var steps = Options.WholeNumber("--steps", "N", "Steps of Adam.", 1, int.MaxValue, defaults.Steps);
        var rate = Options.Number(
            "--learning-rate", "R", "First learning rate; it falls to 0 along a cosine.", (float)defaults.LearningRate, value => value > 0, "a number above 0");
        var seed = Options.WholeNumber("--seed", "S", "The same seed learns the same gates.", 0, int.MaxValue, 0);
        var threads = SharedOptions.Threads();
        var json = SharedOptions.Json();
        var command = new Command("distill-gate", "Learn a gate for sparse attention from a model's own attention.")
        {
            model, text, output, phase, length, sequences, steps, rate, seed, threads, json,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(model) is "") throw new UsageException("--model is empty; name a folder.");
            var options = new GateDistillationOptions
            {
                ForDecode = parsed.GetValue(phase) == Decode,
                SequenceLength = parsed.GetValue(length),
                Sequences = parsed.GetValue(sequences),
                Steps = parsed.GetValue(steps),
                LearningRate = parsed.GetValue(rate),
                Seed = parsed.GetValue(seed),
                Threads = parsed.GetValue(threads),
            };
            Distillation.Execute(
                new DistillationSettings(parsed.GetValue(model), parsed.GetRequiredValue(text)!, parsed.GetRequiredValue(output)!, options, parsed.GetValue(json)),
                terminal, cancellation);
            return ExitCode.Success;
        });
        return command;
    }
}
