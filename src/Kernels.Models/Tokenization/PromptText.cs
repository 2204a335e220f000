using System.Buffers;
using System.Text.Unicode;

namespace Kernels.Models;

/// <summary>Prompts as bytes.</summary>
public static class PromptText
{
    /// <summary>Reads UTF-8 strictly; a byte order mark at the start is left out.</summary>
    /// <param name="source">Name for messages.</param>
    /// <param name="bytes">The bytes of a file.</param>
    /// <exception cref="ModelException">The bytes are not UTF-8; the message names the offset of the first wrong one.</exception>
    public static string Decode(string source, ReadOnlySpan<byte> bytes)
    {
        var mark = bytes.StartsWith("\uFEFF"u8) ? 3 : 0;
        var characters = new char[bytes.Length];
        var status = Utf8.ToUtf16(bytes[mark..], characters, out var read, out var written, replaceInvalidSequences: false);
        return status == OperationStatus.Done
            ? new string(characters, 0, written)
            : throw new ModelException(source, "text", $"byte 0x{bytes[mark + read]:X2} at offset {mark + read}", "it begins no valid UTF-8 character",
                "Convert the file to UTF-8.");
    }
}
