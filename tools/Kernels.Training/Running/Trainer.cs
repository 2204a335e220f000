using System.Diagnostics;
using System.Globalization;
using Kernels.Training.Numerics;

namespace Kernels.Training.Running;

/// <summary>Runs the stages of a training run: steps, progress lines, the loss curve, validation, checkpoints.</summary>
internal sealed unsafe class Trainer(RunState state, byte[] train, byte[] validation, TrainingOptions options, TextWriter output)
{
    /// <summary>Columns of the loss curve.</summary>
    public const string CurveHeader =
        "step,tokens,sequence,learning_rate,train_nats,validation_nats,gradient_norm,seconds,tokens_per_second,outside_nats";

    /// <summary>Tokens of a step that is long enough to be reported and saved by itself.</summary>
    private const int LongStep = 30_000;

    private double _lossSum;
    private int _lossSteps;

    /// <summary>File of the resumable state.</summary>
    public static string CheckpointPath(string folder) => Path.Combine(folder, "checkpoint.bin");

    /// <summary>File of the loss curve.</summary>
    public static string CurvePath(string folder) => Path.Combine(folder, "curve.csv");

    /// <summary>File of the stages the run was told to make.</summary>
    public static string StagesPath(string folder) => Path.Combine(folder, "stages.txt");

    /// <summary>Trains from the state's step to the end of the last stage, or until cancelled; saves a checkpoint either way.</summary>
    public void Run(CancellationToken cancellation)
    {
        Directory.CreateDirectory(options.Folder);
        if (!File.Exists(CurvePath(options.Folder))) File.WriteAllText(CurvePath(options.Folder), CurveHeader + "\n");
        Stage.WriteAll(StagesPath(options.Folder), options.Stages);
        using var gradient = new Workspace(state.Layout.Length);
        var before = 0;
        foreach (var stage in options.Stages)
        {
            var end = before + stage.Steps;
            if (state.Steps < end && !cancellation.IsCancellationRequested) RunStage(stage, end, gradient, cancellation);
            before = end;
        }

        Checkpoint.Save(CheckpointPath(options.Folder), state);
    }

    /// <summary>Mean loss in nats over evenly spaced windows of <paramref name="text"/>.</summary>
    public static double Evaluate(ReplicaTeam team, float* parameters, byte[] text, int sequences, int tokens, int limit)
    {
        var windows = Math.Min((text.Length - 1) / tokens, Math.Max(limit / tokens, 1)) / sequences * sequences;
        if (windows == 0) throw new ArgumentException($"A text of {text.Length} bytes does not fill {sequences} windows of {tokens} tokens.");
        double sum = 0;
        var starts = new int[sequences];
        for (var window = 0; window < windows; window += sequences)
        {
            for (var s = 0; s < sequences; s++) starts[s] = (int)((long)(window + s) * (text.Length - 1 - tokens) / Math.Max(windows - 1, 1));
            sum += team.Run(parameters, text, starts, null) * sequences;
        }

        return sum / windows;
    }

    private void RunStage(Stage stage, int end, Workspace gradient, CancellationToken cancellation)
    {
        output.WriteLine($"stage {stage}: {stage.StepTokens} tokens a step");
        using var team = new ReplicaTeam(state.Layout, options.Workers, stage.Sequences, stage.Tokens, stage.Reach, options.ReachWeight);
        var starts = new int[stage.Sequences];
        var clock = Stopwatch.StartNew();
        var (lastTokens, lastSeconds) = (state.Tokens, 0.0);
        var nextValidation = state.Tokens + options.ValidateEvery;
        var started = state.Seconds;
        while (state.Steps < end && !cancellation.IsCancellationRequested)
        {
            var rate = options.Schedule.At(state.Steps, (double)state.Tokens / options.TotalTokens);
            for (var s = 0; s < starts.Length; s++)
                starts[s] = WindowSampler.Start(options.Seed, state.Steps, s, train.Length, stage.Tokens);
            var loss = team.Run(state.Parameters.Pointer, train, starts, gradient.Pointer);
            var norm = state.Optimizer.Step(state.Parameters.Pointer, gradient.Pointer, rate);
            var outside = team.Outside;
            state.Tokens += stage.StepTokens;
            state.LongestSequence = Math.Max(state.LongestSequence, stage.Tokens);
            state.Seconds = started + clock.Elapsed.TotalSeconds;
            _lossSum += loss;
            _lossSteps++;
            var last = state.Steps == end;
            var validate = last || state.Tokens >= nextValidation;
            if (!validate && state.Steps % 20 != 0 && stage.StepTokens < LongStep) continue;
            double? validationLoss = null;
            if (validate)
            {
                validationLoss = Evaluate(team, state.Parameters.Pointer, validation, stage.Sequences, stage.Tokens, options.ValidationTokens);
                nextValidation = state.Tokens + options.ValidateEvery;
            }

            var speed = (state.Tokens - lastTokens) / (clock.Elapsed.TotalSeconds - lastSeconds);
            (lastTokens, lastSeconds) = (state.Tokens, clock.Elapsed.TotalSeconds);
            Report(stage, rate, validationLoss, norm, speed, outside);
            if (last || validate || stage.StepTokens >= LongStep || state.Steps % options.CheckpointEvery == 0)
                Checkpoint.Save(CheckpointPath(options.Folder), state);
        }

        if (state.Steps == end) File.Copy(CheckpointPath(options.Folder), Path.Combine(options.Folder, $"stage-{stage.Tokens}.bin"), overwrite: true);
    }

    private void Report(Stage stage, double rate, double? validationLoss, double norm, double speed, double outside)
    {
        var line = string.Create(CultureInfo.InvariantCulture,
            $"{state.Steps},{state.Tokens},{stage.Tokens},{rate:g4},{_lossSum / _lossSteps:f4},{validationLoss:f4},{norm:f3},{state.Seconds:f0},{speed:f0},{outside:f4}");
        File.AppendAllText(CurvePath(options.Folder), line + "\n");
        output.WriteLine(line);
        output.Flush();
        (_lossSum, _lossSteps) = (0, 0);
    }
}
