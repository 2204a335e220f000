using System.CommandLine;
using System.Globalization;
using Kernels.Training.Evaluation;
using Kernels.Training.Model;
using Kernels.Training.Optimization;
using Kernels.Training.Running;

namespace Kernels.Training.Commands;

/// <summary><c>evaluate</c>: a checkpoint's validation loss, and dense against sparse attention on the shipped document.</summary>
internal static unsafe class EvaluateCommand
{
    public static Command Create()
    {
        var corpus = CommandOptions.Corpus();
        var run = CommandOptions.Run();
        var tokens = new Option<int>("--tokens") { Description = "Window length.", DefaultValueFactory = _ => ModelShape.Sample.Context };
        var command = new Command("evaluate", "Measures a checkpoint. Example: evaluate --corpus artifacts/corpus --run artifacts/run --tokens 16384") { corpus, run, tokens };
        command.SetAction(parse =>
        {
            var folder = parse.GetValue(corpus)!;
            var layout = new ParameterLayout(ModelShape.Sample);
            using var state = new RunState(layout, new AdamOptions(), seed: 1);
            Checkpoint.Load(Trainer.CheckpointPath(parse.GetValue(run)!.FullName), state);
            var window = parse.GetValue(tokens);
            var document = File.ReadAllBytes(Path.Combine(folder.FullName, "document.txt"));
            var comparison = Evaluator.Compare(layout, state.Parameters.Pointer, document, window);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"document: dense {comparison.DenseNats:f4}, sparse {comparison.SparseNats:f4} nats; agreement {comparison.Agreement:p2}, density {comparison.Density:p2}"));
            var loss = Evaluator.Loss(layout, state.Parameters.Pointer, CommandOptions.ReadCorpus(folder).Validation, window);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"validation: {loss:f4} nats, {loss / Math.Log(2):f4} bits per byte after {state.Tokens} tokens"));
        });
        return command;
    }
}
