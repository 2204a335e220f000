using System.CommandLine;
using Kernels.Training.Model;
using Kernels.Training.Optimization;
using Kernels.Training.Running;

namespace Kernels.Training.Commands;

/// <summary><c>train</c>: runs the stages, resuming from the folder's checkpoint if there is one.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var corpus = CommandOptions.Corpus();
        var run = CommandOptions.Run();
        var stages = new Option<string[]>("--stage") { Description = "tokens:sequences:steps[:reach] of each stage, in order; a reach of 512 or 2048 queries penalises attention beyond it.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["512:16:2400", "2048:8:100:512", "16384:2:12:2048"] };
        var rate = new Option<double>("--learning-rate") { Description = "Peak learning rate.", DefaultValueFactory = _ => 4e-3 };
        var decay = new Option<double>("--decay") { Description = "Share of all tokens over which the rate falls.", DefaultValueFactory = _ => 0.4 };
        var workers = new Option<int>("--workers") { Description = "Data-parallel workers of one thread each.", DefaultValueFactory = _ => 2 };
        var seed = new Option<ulong>("--seed") { Description = "Seed of the starting values and of the windows.", DefaultValueFactory = _ => 1 };
        var command = new Command("train", "Trains the sample model, resuming where the folder left off. Example: train --corpus artifacts/corpus --run artifacts/run --stage 512:16:2400 2048:8:100:512 16384:2:12:2048")
        {
            corpus, run, stages, rate, decay, workers, seed,
        };
        command.SetAction((parse, cancellation) => Task.Run(
            () =>
            {
                var folder = parse.GetValue(run)!.FullName;
                var (train, validation) = CommandOptions.ReadCorpus(parse.GetValue(corpus)!);
                var options = new TrainingOptions
                {
                    Folder = folder,
                    Stages = [.. parse.GetValue(stages)!.Select(Stage.Parse)],
                    Schedule = new LearningRateSchedule(parse.GetValue(rate), Floor: 0.05, WarmUp: 60, parse.GetValue(decay)),
                    Workers = parse.GetValue(workers),
                    Seed = parse.GetValue(seed),
                };
                var layout = new ParameterLayout(ModelShape.Sample);
                using var state = new RunState(layout, options.Adam, options.Seed);
                if (File.Exists(Trainer.CheckpointPath(folder))) Checkpoint.Load(Trainer.CheckpointPath(folder), state);
                Console.WriteLine($"{layout.Length} parameters, {options.TotalTokens} tokens in all, {state.Tokens} seen");
                new Trainer(state, train, validation, options, Console.Out).Run(cancellation);
                return 0;
            },
            CancellationToken.None));
        return command;
    }
}
