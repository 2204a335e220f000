using Spectre.Console;

namespace Kernels.Cli.Output;

/// <summary>Spectre consoles over our streams.</summary>
internal static class Consoles
{
    private const int WidthWithoutTerminal = 120;

    /// <summary>A console with colours and animation where a person reads it, plain text otherwise.</summary>
    public static IAnsiConsole On(TextWriter writer, bool interactive)
    {
        var output = new AnsiConsoleOutput(writer);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = interactive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = interactive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = interactive ? InteractionSupport.Detect : InteractionSupport.No,
            Out = output,
        });
        if (!interactive) console.Profile.Width = WidthWithoutTerminal;
        return console;
    }
}
