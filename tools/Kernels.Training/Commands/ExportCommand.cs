using System.CommandLine;
using System.Text.Json;
using Kernels.Training.Baseline;
using Kernels.Training.Corpus;
using Kernels.Training.Evaluation;
using Kernels.Training.Export;
using Kernels.Training.Model;
using Kernels.Training.Optimization;
using Kernels.Training.Running;

namespace Kernels.Training.Commands;

/// <summary><c>export</c>: rounds a checkpoint, measures what will ship, and writes the folder with its card.</summary>
internal static unsafe class ExportCommand
{
    public static Command Create()
    {
        var corpus = CommandOptions.Corpus();
        var run = CommandOptions.Run();
        var output = new Option<DirectoryInfo>("--out") { Description = "Folder to write.", Required = true };
        var workers = new Option<int>("--workers") { Description = "Workers the run had, for the card.", DefaultValueFactory = _ => 2 };
        var command = new Command("export", "Writes the model folder and its card. Example: export --corpus artifacts/corpus --run artifacts/run --out ../Kernels.Cli/Sample") { corpus, run, output, workers };
        command.SetAction(parse =>
        {
            var (texts, states) = (parse.GetValue(corpus)!.FullName, parse.GetValue(run)!.FullName);
            var layout = new ParameterLayout(ModelShape.Sample);
            using var state = new RunState(layout, new AdamOptions(), seed: 1);
            Checkpoint.Load(Trainer.CheckpointPath(states), state);
            HuggingFaceFolder.Round(state.Parameters.Span);
            var document = File.ReadAllBytes(Path.Combine(texts, "document.txt"));
            var (_, validation) = CommandOptions.ReadCorpus(parse.GetValue(corpus)!);
            var comparison = Evaluator.Compare(layout, state.Parameters.Pointer, document, layout.Shape.Context);
            var loss = Evaluator.Loss(layout, state.Parameters.Pointer, validation, layout.Shape.Context);
            var card = ModelCard.Write(
                layout, Read<CorpusManifest>(texts, "manifest.json"), Stage.ReadAll(Trainer.StagesPath(states)), CurveRow.Read(Trainer.CurvePath(states)), state.Seconds / 3600, parse.GetValue(workers),
                loss, Read<BaselineResult>(texts, "baseline.json"), comparison);
            var folder = parse.GetValue(output)!.FullName;
            HuggingFaceFolder.Write(folder, layout, state.Parameters.Span);
            File.WriteAllBytes(Path.Combine(folder, "document.txt"), document);
            File.WriteAllText(Path.Combine(folder, "MODEL_CARD.md"), card);
            Console.WriteLine($"{folder}: {loss:f4} nats per byte");
        });
        return command;
    }

    private static T Read<T>(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path)) throw new FileNotFoundException($"{path} is not there; run the corpus and baseline commands first.");
        return JsonSerializer.Deserialize<T>(File.ReadAllText(path)) ?? throw new InvalidDataException($"{path} is empty.");
    }
}
