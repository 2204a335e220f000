using System.Diagnostics;
using System.Text;
using Xunit;

namespace Kernels.Cli.Tests.Running;

/// <summary>Runs the built tool as a process of its own.</summary>
internal static class ToolProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>The built tool.</summary>
    public static string Tool { get; } = typeof(Kernels.Cli.Commands.KernelsCommand).Assembly.Location;

    /// <summary>Starts the tool; the caller waits for it.</summary>
    public static Process Start(params string[] arguments) => StartWith([], arguments);

    /// <summary>Starts the tool with environment variables of its own.</summary>
    public static Process StartWith(Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var (variable, value) in environment) start.Environment[variable] = value;
        start.ArgumentList.Add(Tool);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>Runs the tool to its end.</summary>
    public static Outcome Run(params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        return Finish(process);
    }

    /// <summary>Reads what is left and waits.</summary>
    public static Outcome Finish(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            var processorTime = process.TotalProcessorTime;
            process.Kill(entireProcessTree: true);
            Assert.Fail($"The tool did not end within {Limit}. It used {processorTime} of a processor, and printed {output.Result.Length} characters and on standard error '{error.Result}'.");
        }

        process.WaitForExit();
        return new Outcome(process.ExitCode, output.Result, error.Result);
    }
}
