using Kernels.Cli.Errors;
using Kernels.Models;

namespace Kernels.Cli.Input;

/// <summary>Text from outside: strictly UTF-8, never empty, never silently repaired.</summary>
internal static class TextFile
{
    /// <summary>The name that stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>Reads a file, or standard input where <paramref name="path"/> is <c>-</c>. A leading byte order mark is dropped.</summary>
    /// <param name="option">The option that named the file, for messages.</param>
    /// <param name="path">File to read.</param>
    /// <param name="standardInput">Opens standard input.</param>
    /// <exception cref="InputException">The file is missing, unreadable or empty.</exception>
    /// <exception cref="ModelException">The file is not UTF-8.</exception>
    public static string Read(string option, string path, Func<Stream> standardInput)
    {
        var name = path == StandardInput ? "standard input" : $"'{path}'";
        byte[] bytes;
        try
        {
            bytes = path == StandardInput ? ReadAll(standardInput) : File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{option}: there is no file '{path}'; check the path (relative paths start at '{Directory.GetCurrentDirectory()}').");
        }
        catch (UnauthorizedAccessException)
        {
            throw new InputException(Directory.Exists(path)
                ? $"{option}: '{path}' is a folder; name a text file."
                : $"{option}: '{path}' may not be read; change its permissions.");
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            throw new InputException($"{option}: {name} cannot be read: {e.Message}");
        }

        var text = PromptText.Decode($"{option} {name}", bytes);
        if (text.Length == 0)
            throw new InputException($"{option}: {name} is empty; a prompt needs at least one character.");
        return text;
    }

    /// <summary>Checks text that came on the command line, where invalid bytes arrive as U+FFFD.</summary>
    /// <exception cref="InputException">The text is empty or was not UTF-8.</exception>
    public static string FromCommandLine(string option, string text)
    {
        if (text.Length == 0)
            throw new InputException($"{option} is empty; a prompt needs at least one character.");
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
            else if (text[i] == '\uFFFD' || char.IsSurrogate(text[i]))
                throw new InputException(
                    $"{option} is not valid UTF-8 (character {i}); pass UTF-8, or a file with --prompt-file if it really holds U+FFFD.");
        }

        return text;
    }

    private static byte[] ReadAll(Func<Stream> open)
    {
        using var stream = open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
