using Kernels.Testing;
using Xunit;

namespace Kernels.Models.Tests;

/// <summary>A real model against an independent implementation: tokens equal, logits within 1e-3.</summary>
public class Stories260kTests
{
    public static TheoryData<string, int> Devices => new()
    {
        { "cpu", 512 },
        { "cpu", 256 },
        { "cpu", 128 },
        { "opencl", 0 },
    };

    [Theory]
    [MemberData(nameof(Devices))]
    public void Prompt_logits_and_continuation_are_the_reference(string name, int vectorBits)
    {
        var reference = SharedData.Stories260kReference();
        using var device = Open(name, vectorBits);
        using var model = LanguageModel.Load(SharedData.Stories260k(), device);
        var length = reference.PromptTokens.Length + reference.GeneratedTokens.Length;
        using var session = model.CreateSession(new SessionOptions { Length = length });

        var prompt = model.Tokenizer.Encode(reference.Prompt);
        Assert.Equal(reference.PromptTokens, prompt);
        session.Prefill(prompt);
        var logits = session.Logits;
        Assert.Equal(reference.LastPromptLogits.Length, logits.Length);
        for (var i = 0; i < logits.Length; i++) Assert.Equal(reference.LastPromptLogits[i], logits[i], 1e-3f);
        Assert.Equal(reference.GeneratedTokens, session.Generate(new GenerationOptions { MaxTokens = reference.GeneratedTokens.Length }));
    }

    [Fact]
    public void Half_width_caches_change_little()
    {
        var reference = SharedData.Stories260kReference();
        using var device = new CpuDevice();
        using var model = LanguageModel.Load(SharedData.Stories260k(), device);
        var tokens = reference.PromptTokens.Concat(reference.GeneratedTokens).ToArray();
        foreach (var type in new[] { ElementType.BFloat16, ElementType.Float16 })
        {
            using var exact = model.CreateSession(new SessionOptions { Length = tokens.Length, EveryPosition = true });
            using var half = model.CreateSession(new SessionOptions { Length = tokens.Length, EveryPosition = true, CacheType = type });
            var agreement = Evaluator.Compare(exact, half, tokens);
            Assert.True(agreement.Top1 > 0.97 && agreement.MeanDivergence < 1e-3, $"{type}: top-1 {agreement.Top1}, KL {agreement.MeanDivergence}");
            Assert.Equal(exact.Explain().CacheBytes, 2 * half.Explain().CacheBytes);
        }
    }

    private static Device Open(string name, int vectorBits)
    {
        if (name != "cpu") return TestDevices.Open(name);
        if (vectorBits > CpuDevice.WidestVectorBits) Assert.Skip($"This machine has no {vectorBits}-bit vectors.");
        return new CpuDevice(0, vectorBits);
    }
}
