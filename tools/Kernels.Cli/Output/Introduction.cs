using Kernels.Cli.Commands;
using Kernels.Cli.Running;

namespace Kernels.Cli.Output;

/// <summary>What is about to happen: for a person who watches, and with <c>--explain</c> the plans.</summary>
internal static class Introduction
{
    /// <summary>Shows it.</summary>
    public static void Show(Terminal terminal, SharedSettings settings, Bench bench, int tokens)
    {
        if (terminal.ErrorIsInteractive)
            terminal.Error.WriteLine(
                $"{bench.ModelName} on {bench.Device.Name} ({bench.Device.Description}), {bench.Asked.Label}, {tokens} tokens to read");
        if (!settings.Explain) return;
        var output = settings.Json ? terminal.Error : terminal.Output;
        Explain(output, bench.Asked);
        if (bench.Dense is { } dense) Explain(output, dense);
        output.Flush();
    }

    private static void Explain(TextWriter output, Contender contender)
    {
        output.WriteLine($"[{contender.Label}]");
        output.WriteLine(contender.Session.Explain());
        output.WriteLine();
    }
}
