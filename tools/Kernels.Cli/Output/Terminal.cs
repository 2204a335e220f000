namespace Kernels.Cli.Output;

/// <summary>The streams of a process: answers go to <see cref="Output"/>, progress and refusals to <see cref="Error"/>.</summary>
internal sealed class Terminal
{
    /// <summary>Answers.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Progress and refusals.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Opens standard input.</summary>
    public required Func<Stream> Input { get; init; }

    /// <summary>Whether <see cref="Output"/> is read by a person.</summary>
    public bool OutputIsInteractive { get; init; }

    /// <summary>Whether <see cref="Output"/> shows colours; <c>NO_COLOR</c> turns them off.</summary>
    public bool OutputHasColours => OutputIsInteractive && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>Whether <see cref="Error"/> is read by a person.</summary>
    public bool ErrorIsInteractive { get; init; }

    /// <summary>The terminal of this process.</summary>
    public static Terminal OfProcess() => new()
    {
        Output = Console.Out,
        Error = Console.Error,
        Input = Console.OpenStandardInput,
        OutputIsInteractive = !Console.IsOutputRedirected && !IsDumb,
        ErrorIsInteractive = !Console.IsErrorRedirected && !IsDumb,
    };

    private static bool IsDumb => Environment.GetEnvironmentVariable("TERM") is "dumb";
}
