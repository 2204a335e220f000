using System.Text.Json;
using Xunit;

namespace Kernels.Models.Tests;

/// <summary>Real models kept beside the repository; tests that need them are skipped where they are absent.</summary>
internal static class SharedData
{
    /// <summary>The folder of stories260k, or the end of the calling test.</summary>
    public static string Stories260k()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data", "stories260k");
            if (Directory.Exists(candidate)) return candidate;
        }

        Assert.Skip("No shared/data/stories260k above the test's folder.");
        throw new InvalidOperationException("Unreachable: the skip above ends the test.");
    }

    /// <summary>What an independent implementation computed with stories260k.</summary>
    public static Reference Stories260kReference()
    {
        using var stream = File.OpenRead(Path.Combine(Stories260k(), "reference.json"));
        return JsonSerializer.Deserialize<Reference>(stream, new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower })!;
    }

    public sealed record Reference(string Prompt, int[] PromptTokens, int[] GeneratedTokens, float[] LastPromptLogits, string Text);
}
