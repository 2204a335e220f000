using System.Text;

namespace Kernels.Cli.Output;

/// <summary>Text a model wrote, streamed to the output; on a terminal its control characters cannot act.</summary>
internal static class GeneratedText
{
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
