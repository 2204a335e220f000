using System.Text;

namespace Kernels.Cli.Output;

/// <summary>Text a model wrote, streamed to the output; on a terminal its control characters cannot act.</summary>
internal static class GeneratedText
{
    private const int TailLength = 240;

    /// <summary>Says who writes, where several do, and shows a person the end of what was read.</summary>
    /// <param name="terminal">Where to write.</param>
    /// <param name="writer">Who writes; null where only one does.</param>
    /// <param name="prompt">What was read.</param>
    public static void Begin(Terminal terminal, string? writer, string prompt)
    {
        if (writer is not null) terminal.Output.WriteLine($"[{writer}]");
        if (!terminal.OutputIsInteractive) return;
        var start = Math.Max(0, prompt.Length - TailLength);
        if (char.IsLowSurrogate(prompt[start])) start++;
        var tail = Tame(prompt[start..]);
        // Written as it is: a console of Spectre would wrap it into lines of its own, and the answer goes on in the last one.
        var (dim, plain) = terminal.OutputHasColours ? ("\u001b[2m", "\u001b[0m") : ("", "");
        terminal.Output.Write($"{dim}{(start > 0 ? "…" : "")}{tail}{plain}");
    }

    /// <summary>Writes a piece as it comes.</summary>
    public static void Write(Terminal terminal, string piece)
    {
        terminal.Output.Write(terminal.OutputIsInteractive ? Tame(piece) : piece);
        terminal.Output.Flush();
    }

    /// <summary>Replaces every control character but line feed and tab with U+FFFD.</summary>
    public static string Tame(string piece)
    {
        StringBuilder? tamed = null;
        for (var i = 0; i < piece.Length; i++)
        {
            if (!char.IsControl(piece[i]) || piece[i] is '\n' or '\t') continue;
            tamed ??= new StringBuilder(piece);
            tamed[i] = '\uFFFD';
        }

        return tamed?.ToString() ?? piece;
    }
}
