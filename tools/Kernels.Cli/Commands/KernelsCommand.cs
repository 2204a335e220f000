using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Kernels.Cli.Errors;
using Kernels.Cli.Output;

namespace Kernels.Cli.Commands;

/// <summary>The command <c>kernels</c>.</summary>
internal static class KernelsCommand
{
    private const string Name = "kernels";
    private static readonly string[] OptionsOfTheRoot = ["--help", "-h", "-?", "/?", "/h", "--version"];

    /// <summary>Parses and runs a command line; every failure becomes one line on the error stream and an exit code.</summary>
    /// <param name="arguments">Arguments after the name of the program.</param>
    /// <param name="terminal">Where to read and write.</param>
    /// <param name="interruption">Stops the run.</param>
    public static int Invoke(IReadOnlyList<string> arguments, Terminal terminal, Interruption interruption)
    {
        try
        {
            var parsed = Parse(arguments, terminal, interruption.Token);
            if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
            {
                var path = PathOf(parsed.CommandResult);
                var problem = parsed.UnmatchedTokens.Count > 0
                    ? $"there is no command or option '{parsed.UnmatchedTokens[0]}'"
                    : parsed.Errors[0].Message.TrimEnd('.');
                throw new UsageException($"{problem}; see {path} --help.");
            }

            return parsed.Invoke(new InvocationConfiguration
            {
                Output = terminal.Output,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            Refuse(terminal, "interrupted; what was printed so far is not a whole answer.");
            return interruption.Code;
        }
        catch (Exception exception)
        {
            var (code, line) = Failure.Describe(exception);
            Refuse(terminal, line);
            if (Environment.GetEnvironmentVariable(Failure.TraceVariable) == "1") terminal.Error.WriteLine(exception);
            return code;
        }
    }

    /// <summary>Parses a command line without running it.</summary>
    public static ParseResult Parse(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellation) =>
        Create(terminal, cancellation).Parse(Complete(arguments), new ParserConfiguration { ResponseFileTokenReplacer = null });

    // Without a command the tool shows what it is for. Prose sampled from a small model reads better than its likeliest words, which repeat.
    private static IReadOnlyList<string> Complete(IReadOnlyList<string> arguments) =>
        arguments.Count == 0 ? ["run", "--compare", "--temperature", "0.7", "--top-p", "0.9", "--seed", "1"]
        : arguments[0].StartsWith('-') && !OptionsOfTheRoot.Contains(arguments[0])
            ? ["run", "--compare", .. arguments.Where(argument => argument != "--compare")]
            : arguments;

    private static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        return new Command(
            Name, "Runs language models with sparse kernels. Without arguments: the sample model reads its document, sparse beside dense.")
        {
            RunCommand.Create(terminal, cancellation),
            EvaluateCommand.Create(terminal, cancellation),
            InspectCommand.Create(terminal, cancellation),
            CompressCommand.Create(terminal, cancellation),
            AverageCommand.Create(terminal, cancellation),
            DistillGateCommand.Create(terminal, cancellation),
            ClassifyCommand.Create(terminal),
            DevicesCommand.Create(terminal),
            CatalogCommand.Create(terminal),
            new HelpOption { Action = new HelpWithExamples(Examples) },
            new VersionOption(),
        };
    }

    private static IReadOnlyList<string> Examples(Command command) => command.Name switch
    {
        "run" =>
        [
            "kernels run",
            "kernels run --compare --attention anchor --weights 2:4 --max-tokens 64",
            "kernels run --model ~/models/Llama-3.2-1B --prompt \"Once upon a time\" --temperature 0.8 --top-p 0.95 --seed 7",
            "kernels run --model ~/models/Qwen3-0.6B --prompt-file report.txt --attention anchor --json > answer.json",
            "cat report.txt | kernels run --prompt-file - --explain",
        ],
        "evaluate" =>
        [
            "kernels evaluate --text book.txt",
            "kernels evaluate --text book.txt --model ~/models/Llama-3.2-1B --weights 2:4 --json",
        ],
        "inspect" or "attention" =>
        [
            "kernels inspect attention --out attention.png",
            "kernels inspect attention --model ~/models/Qwen3-0.6B --prompt-file report.txt --attention anchor --out attention.png",
            "kernels inspect attention --prompt-file report.txt --json",
        ],
        "compress" =>
        [
            "kernels compress --pattern 2:4 --method magnitude --out sparse",
            "kernels compress --model ~/models/Qwen3-0.6B --pattern unstructured@0.6 --method sparsegpt --calibration book.txt --out ~/models/Qwen3-0.6B-60",
            "kernels compress --model ~/models/Llama-3.2-1B --pattern group:4@0.5 --method wanda --calibration book.txt --out grouped --json",
            "kernels compress --model mobilenetv2.onnx --pattern group:4@0.3 --method magnitude --out mobilenetv2-group4",
        ],
        "average" =>
        [
            "kernels average --model sparse-a --model sparse-b --out sparse-average",
            "kernels average --model ~/runs/seed1 --model ~/runs/seed2 --model ~/runs/seed3 --out ~/models/Qwen3-0.6B-soup --json",
        ],
        "distill-gate" =>
        [
            "kernels distill-gate --text book.txt --out sample.gate.safetensors",
            "kernels distill-gate --model ~/models/Qwen3-0.6B --text book.txt --length 8192 --sequences 32 --out qwen.gate.safetensors",
            "kernels distill-gate --text book.txt --for decode --out sample.decode-gate.safetensors --json",
            "kernels run --attention seer --gate sample.gate.safetensors",
        ],
        "classify" =>
        [
            "kernels classify --model mobilenetv2.onnx --image cat.jpg",
            "kernels classify --model ~/models/mobilenetv1_100 --image cat.jpg --pattern group:4@0.3 --labels imagenet.txt --json",
            "kernels classify --model mobilenetv2-group4 --image cat.jpg",
        ],
        "devices" => ["kernels devices", "kernels devices --json"],
        "catalog" => ["kernels catalog", "kernels catalog --json"],
        _ => ["kernels", "kernels run --prompt \"It was a dark night\" --max-tokens 100", "kernels evaluate --text book.txt", "kernels devices"],
    };

    // The command as it is typed: kernels inspect attention.
    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : result.Command.Name;

    private static void Refuse(Terminal terminal, string line)
    {
        terminal.Output.Flush();
        terminal.Error.WriteLine($"{Name}: {line}");
        terminal.Error.Flush();
    }

    private sealed class HelpWithExamples(Func<Command, IReadOnlyList<string>> examples) : SynchronousCommandLineAction
    {
        private readonly HelpAction _help = new();

        public override bool ClearsParseErrors => _help.ClearsParseErrors;

        public override int Invoke(ParseResult parsed)
        {
            var code = _help.Invoke(parsed);
            var output = parsed.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in examples(parsed.CommandResult.Command)) output.WriteLine($"  {example}");
            return code;
        }
    }
}
