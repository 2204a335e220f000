using System.Text;
using Kernels.Cli.Commands;
using Kernels.Cli.Errors;
using Kernels.Cli.Output;

namespace Kernels.Cli.Tests.Running;

/// <summary>Runs the command through its entry point with captured streams.</summary>
internal static class InProcess
{
    public static Outcome Run(params string[] arguments) => RunReading("", arguments);

    public static Outcome RunCancelled(params string[] arguments)
    {
        using var interruption = new Interruption();
        interruption.Cancel();
        return Run("", interruption, arguments);
    }

    public static Outcome RunReading(string input, params string[] arguments)
    {
        using var interruption = new Interruption();
        return Run(input, interruption, arguments);
    }

    private static Outcome Run(string input, Interruption interruption, string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal
        {
            Output = output,
            Error = error,
            Input = () => new MemoryStream(Encoding.UTF8.GetBytes(input)),
        };
        var code = KernelsCommand.Invoke(arguments, terminal, interruption);
        return new Outcome(code, output.ToString(), error.ToString());
    }
}
