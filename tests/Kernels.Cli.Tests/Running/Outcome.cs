using Xunit;

namespace Kernels.Cli.Tests.Running;

/// <summary>What a command left behind.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record Outcome(int Code, string Output, string Error)
{
    /// <summary>Asserts that the command did what it was asked and said nothing else.</summary>
    public Outcome Succeeded()
    {
        Assert.Equal("", Error);
        Assert.Equal(0, Code);
        return this;
    }
}
