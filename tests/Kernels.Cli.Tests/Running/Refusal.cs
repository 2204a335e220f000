using Xunit;

namespace Kernels.Cli.Tests.Running;

/// <summary>What every refusal owes the user.</summary>
internal static class Refusal
{
    /// <summary>One line on the error stream holding <paramref name="parts"/>, nothing on the output, no stack trace.</summary>
    public static void AssertRefused(Outcome outcome, int code, params string[] parts)
    {
        Assert.Equal("", outcome.Output);
        var line = Assert.Single(outcome.Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("kernels: ", line);
        Assert.DoesNotContain("   at ", line);
        Assert.DoesNotContain("defect", line);
        foreach (var part in parts) Assert.Contains(part, line);
        Assert.Equal(code, outcome.Code);
    }
}
