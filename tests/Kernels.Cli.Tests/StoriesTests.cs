using System.Text.Json;
using Kernels.Cli.Tests.Running;
using Kernels.Testing;
using Xunit;

namespace Kernels.Cli.Tests;

/// <summary>A real Llama that was trained elsewhere, against an independent implementation's record.</summary>
public class StoriesTests
{
    [Theory]
    [InlineData("cpu")]
    public void Prompt_tokens_continuation_and_logits_are_the_references(string device)
    {
        if (Repository.SharedData("stories260k") is not { } folder)
        {
            Assert.Skip("shared/data/stories260k is not beside this checkout.");
            return;
        }

        TestDevices.Open(device).Dispose();
        var reference = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "reference.json"))).RootElement;
        var expected = Numbers(reference.GetProperty("generated_tokens")).ToArray();
        var file = Path.GetTempFileName();
        try
        {
            var run = JsonDocument.Parse(InProcess.Run(
                "run", "--json", "--model", folder, "--device", device, "--prompt", reference.GetProperty("prompt").GetString()!,
                "--max-tokens", $"{expected.Length}", "--logits", file).Succeeded().Output).RootElement;
            Assert.Equal(device, run.GetProperty("device").GetString());
            Assert.Equal(Numbers(reference.GetProperty("prompt_tokens")), Numbers(run.GetProperty("prompt_tokens")));
            Assert.Equal(expected, Numbers(run.GetProperty("generated_tokens")));
            var logits = JsonDocument.Parse(File.ReadAllText(file)).RootElement;
            foreach (var (one, other) in Numbers(reference.GetProperty("last_prompt_logits")).Zip(Numbers(logits)))
                Assert.InRange(other - one, -1e-3, 1e-3);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static IEnumerable<double> Numbers(JsonElement array) => array.EnumerateArray().Select(number => number.GetDouble());
}
