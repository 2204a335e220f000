using System.Text;
using Kernels.Models;
using Kernels.Scheduling;

namespace Kernels.Cli.Errors;

/// <summary>An exception as the one line the user reads.</summary>
internal static class Failure
{
    /// <summary>The environment variable that adds the stack trace of an unexpected failure.</summary>
    public const string TraceVariable = "KERNELS_TRACE";

    /// <summary>Exit code and line for <paramref name="exception"/>.</summary>
    public static (int Code, string Line) Describe(Exception exception) => exception switch
    {
        UsageException => (ExitCode.Usage, OneLine(exception.Message)),
        InputException or KernelException or SparsityException or ModelException or SchedulingException or IOException or UnauthorizedAccessException => (ExitCode.Failure, OneLine(exception.Message)),
        OutOfMemoryException => (
            ExitCode.Failure,
            OneLine($"out of memory: {exception.Message} Use a smaller model or a shorter prompt, or free memory.")),
        AggregateException { InnerExceptions: [var only] } => Describe(only),
        _ => (
            ExitCode.Failure,
            OneLine($"unexpected {exception.GetType().Name}: {exception.Message}")
            + $" This is a defect; run again with {TraceVariable}=1 and report what it prints."),
    };

    /// <summary>Folds line breaks and other control characters, which a hostile file name or header may hold, to spaces.</summary>
    public static string OneLine(string message)
    {
        var line = new StringBuilder(message.Length);
        foreach (var c in message)
        {
            var folded = char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c;
            if (folded == ' ' && line.Length > 0 && line[^1] == ' ') continue;
            line.Append(folded);
        }

        return line.ToString().Trim();
    }
}
