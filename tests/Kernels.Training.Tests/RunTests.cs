using Kernels.Training.Model;
using Kernels.Training.Optimization;
using Kernels.Training.Running;
using Xunit;

namespace Kernels.Training.Tests;

public sealed class RunTests : IDisposable
{
    private static readonly ParameterLayout Layout = new(ReplicaTests.Tiny);
    private readonly string _root = Directory.CreateTempSubdirectory("kernels-training-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        var (a, b) = (Train("a", 1, "16:4:6"), Train("b", 1, "16:4:6"));
        Assert.Equal(a, b);
        Assert.NotEqual(a, Train("c", 2, "16:4:6"));
    }

    [Fact]
    public void A_resumed_run_ends_where_an_uninterrupted_one_does()
    {
        var whole = Train("whole", 1, "16:4:4", "32:2:3");
        Train("parts", 1, "16:4:2");
        var resumed = Train("parts", 1, "16:4:4", "32:2:3");
        Assert.Equal(whole, resumed);
    }

    [Fact]
    public void Training_lowers_the_loss()
    {
        Train("run", 1, "16:4:40");
        var rows = File.ReadAllLines(Path.Combine(_root, "run", "curve.csv")).Skip(1).Select(line => line.Split(',')).ToArray();
        Assert.True(double.Parse(rows[^1][4]) < double.Parse(rows[0][4]) - 0.3, string.Join('\n', rows.Select(row => row[4])));
    }

    [Fact]
    public void A_checkpoint_cut_short_or_of_another_shape_is_refused()
    {
        Train("run", 1, "16:4:1");
        var path = Trainer.CheckpointPath(Path.Combine(_root, "run"));
        using var state = new RunState(Layout, new AdamOptions(), 1);
        using var other = new RunState(new ParameterLayout(ReplicaTests.Tiny with { Inner = 64 }), new AdamOptions(), 1);
        Assert.Throws<InvalidDataException>(() => Checkpoint.Load(path, other));
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);
        Assert.Throws<InvalidDataException>(() => Checkpoint.Load(path, state));
        File.WriteAllBytes(path, [1, 2, 3]);
        Assert.Throws<InvalidDataException>(() => Checkpoint.Load(path, state));
    }

    [Theory]
    [InlineData("256:32")]
    [InlineData("256:0:3")]
    [InlineData("256:32:-1")]
    [InlineData("a:b:c")]
    public void A_malformed_stage_is_refused(string text) => Assert.Throws<FormatException>(() => Stage.Parse(text));

    [Fact]
    public void Windows_fit_the_text()
    {
        for (var step = 0; step < 2000; step++) Assert.InRange(WindowSampler.Start(1, step, 0, 101, 100), 0, 0);
        Assert.Throws<ArgumentException>(() => WindowSampler.Start(1, 0, 0, 100, 100));
    }

    /// <summary>Trains at a constant rate, resuming what the folder holds.</summary>
    private float[] Train(string folder, ulong seed, params string[] stages)
    {
        var random = new Random(11);
        var text = new byte[3000];
        for (var i = 0; i < text.Length; i++) text[i] = (byte)('a' + (i * i + random.Next(2)) % 7);
        var options = new TrainingOptions
        {
            Folder = Path.Combine(_root, folder),
            Stages = [.. stages.Select(Stage.Parse)],
            Schedule = new LearningRateSchedule(1e-2, 0.1, WarmUp: 2, Decay: 0),
            Seed = seed,
            ValidationTokens = 64,
        };
        using var state = new RunState(Layout, options.Adam, seed);
        if (File.Exists(Trainer.CheckpointPath(options.Folder))) Checkpoint.Load(Trainer.CheckpointPath(options.Folder), state);
        new Trainer(state, text, text, options, TextWriter.Null).Run(TestContext.Current.CancellationToken);
        return state.Parameters.Span.ToArray();
    }
}
