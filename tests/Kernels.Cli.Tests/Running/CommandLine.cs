using System.CommandLine.Parsing;
using Kernels.Cli.Commands;
using Kernels.Cli.Output;

namespace Kernels.Cli.Tests.Running;

/// <summary>Command lines as documentation shows them, parsed but not run.</summary>
internal static class CommandLine
{
    /// <summary>What the tool's parser says about the part of <paramref name="shellLine"/> that calls the tool; empty when it is well formed.</summary>
    public static IReadOnlyList<string> ErrorsOf(string shellLine)
    {
        var call = shellLine.Split('|')[^1].Split('>')[0];
        var words = CommandLineParser.SplitCommandLine(call).ToArray();
        if (words is not ["kernels", .. var arguments]) return [$"'{shellLine}' does not call kernels"];
        var terminal = new Terminal { Output = TextWriter.Null, Error = TextWriter.Null, Input = () => Stream.Null };
        return [.. KernelsCommand.Parse(arguments, terminal, default).Errors.Select(error => error.Message)];
    }
}
