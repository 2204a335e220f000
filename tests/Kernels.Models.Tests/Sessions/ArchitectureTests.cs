using Kernels.Testing;
using Xunit;

namespace Kernels.Models.Tests;

/// <summary>Tiny random models of every architecture against the definition in fp64.</summary>
public class ArchitectureTests
{
    private static readonly int[] Text = [.. Enumerable.Range(0, 45).Select(i => (i * i * 7 + 31 * i + 3) % 256)];

    // Every operation of a graph occurs in these; a device that computes them right computes the others right.
    private static readonly string[] Representative = ["llama, every bias, tied", "qwen3", "qwen2, yarn"];

    public static TheoryData<string, string> Cases =>
        [.. Configurations.Keys.Select(name => ("cpu", name)), .. Representative.Select(name => ("opencl", name))];

    private static readonly Dictionary<string, ModelConfig> Configurations = new()
    {
        ["llama"] = RandomModel.Tiny(ModelArchitecture.Llama),
        ["llama, every bias, tied"] = RandomModel.Tiny(ModelArchitecture.Llama) with { QueryKeyValueBias = true, OutputBias = true, MlpBias = true, TiedHead = true },
        ["llama, as many key heads"] = RandomModel.Tiny(ModelArchitecture.Llama) with { KeyHeads = 6 },
        ["llama, one key head of 16"] = RandomModel.Tiny(ModelArchitecture.Llama, 16) with { KeyHeads = 1, RotaryBase = 500_000 },
        ["mistral, a window that holds the text"] = RandomModel.Tiny(ModelArchitecture.Mistral) with { SlidingWindow = 45 },
        ["qwen2"] = RandomModel.Tiny(ModelArchitecture.Qwen2),
        ["qwen3"] = RandomModel.Tiny(ModelArchitecture.Qwen3),
        ["qwen3, untied"] = RandomModel.Tiny(ModelArchitecture.Qwen3) with { TiedHead = false },
        ["llama, linear"] = Scaled(new() { Kind = RotaryScalingKind.Linear, Factor = 3, OriginalContext = 24 }),
        ["llama, dynamic beyond its context"] = Scaled(new() { Kind = RotaryScalingKind.Dynamic, Factor = 2, OriginalContext = 24 }),
        ["llama, llama3"] = Scaled(new() { Kind = RotaryScalingKind.Llama3, Factor = 8, OriginalContext = 24, LowFrequencyFactor = 1, HighFrequencyFactor = 4 }),
        ["qwen2, yarn"] = RandomModel.Tiny(ModelArchitecture.Qwen2, 16) with
        {
            PositionLimit = 24,
            RotaryScaling = new RotaryScaling { Kind = RotaryScalingKind.Yarn, Factor = 4, OriginalContext = 24, AttentionFactor = 0.1 * Math.Log(4) + 1 },
        },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Logits_of_every_position_follow_the_definition(string deviceName, string name)
    {
        using var files = new RandomModel(Configurations[name]);
        using var device = TestDevices.Open(deviceName);
        using var model = LanguageModel.Load(files.Path, device);
        using var session = model.CreateSession(new SessionOptions { Length = Text.Length, EveryPosition = true });
        AssertClose(files.Reference.Logits(Text, Text.Length), Logits(session, Text), name);
    }

    [Theory]
    [InlineData("simulator")]
    [InlineData(PtxDevices.Name)]
    public void A_simulated_gpu_follows_the_definition(string deviceName)
    {
        // A group of simulated threads takes milliseconds for every barrier.
        var text = Text[..3];
        using var files = new RandomModel(Configurations["qwen3"]);
        using var device = TestDevices.Open(deviceName);
        using var model = LanguageModel.Load(files.Path, device);
        using var session = model.CreateSession(new SessionOptions { Length = text.Length, EveryPosition = true });
        AssertClose(files.Reference.Logits(text, text.Length), Logits(session, text), deviceName);
    }

    [Theory]
    [InlineData("cpu", ElementType.BFloat16)]
    [InlineData("cpu", ElementType.Float16)]
    [InlineData("opencl", ElementType.BFloat16)]
    [InlineData("opencl", ElementType.Float16)]
    public void Half_width_weights_stay_as_stored(string deviceName, ElementType type)
    {
        using var files = new RandomModel(Configurations["qwen3"], type);
        using var device = TestDevices.Open(deviceName);
        using var model = LanguageModel.Load(files.Path, device);
        using var session = model.CreateSession(new SessionOptions { Length = Text.Length, EveryPosition = true });
        AssertClose(files.Reference.Logits(Text, Text.Length), Logits(session, Text), $"{type}");
    }

    [Fact]
    public void Shards_give_the_same_model()
    {
        using var whole = new RandomModel(Configurations["llama"]);
        using var sharded = new RandomModel(Configurations["llama"], shards: 3);
        Assert.False(File.Exists(Path.Combine(sharded.Path, "model.safetensors")));
        using var device = new CpuDevice(1);
        Assert.Equal(Run(whole), Run(sharded));

        float[] Run(RandomModel files)
        {
            using var model = LanguageModel.Load(files.Path, device);
            using var session = model.CreateSession(new SessionOptions { Length = Text.Length });
            session.Prefill(Text);
            return session.Logits.ToArray();
        }
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("opencl")]
    public void Two_of_four_runs_the_largest_half_of_every_group(string deviceName)
    {
        using var files = new RandomModel(Configurations["llama"]);
        using var device = TestDevices.Open(deviceName);
        using var model = LanguageModel.Load(files.Path, device, new ModelOptions { Weights = WeightMethod.TwoOfFour });
        using var dense = LanguageModel.Load(files.Path, device);
        using var session = model.CreateSession(new SessionOptions { Length = Text.Length, EveryPosition = true });
        AssertClose(files.Pruned.Logits(Text, Text.Length), Logits(session, Text), "2:4");
        using var other = dense.CreateSession(new SessionOptions { Length = 1 });
        Assert.True(model.WeightBytes < dense.WeightBytes);
    }

    private static ModelConfig Scaled(RotaryScaling scaling) =>
        RandomModel.Tiny(ModelArchitecture.Llama) with { PositionLimit = scaling.OriginalContext * (scaling.Kind == RotaryScalingKind.Llama3 ? 8 : 1), RotaryScaling = scaling };

    internal static float[] Logits(LanguageSession session, int[] text)
    {
        session.Append(text);
        var logits = new float[text.Length * session.VocabularySize];
        session.ReadLogits(0, logits);
        return logits;
    }

    internal static void AssertClose(double[][] expected, float[] actual, string what)
    {
        var (worst, largest) = (0.0, expected.Max(row => row.Max(Math.Abs)));
        for (var t = 0; t < expected.Length; t++)
            for (var i = 0; i < expected[t].Length; i++) worst = Math.Max(worst, Math.Abs(expected[t][i] - actual[t * expected[t].Length + i]));
        Assert.True(worst < 2e-5 * largest, $"{what}: an error of {worst:g3} among logits up to {largest:g3}");
    }
}
