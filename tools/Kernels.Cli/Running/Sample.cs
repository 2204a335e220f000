using Kernels.Cli.Errors;
using Kernels.Models;

namespace Kernels.Cli.Running;

/// <summary>The trained model and the document that are embedded in the tool.</summary>
internal static class Sample
{
    /// <summary>Name in reports.</summary>
    public const string Name = "sample";

    private const string Prefix = "Sample/", DocumentFile = "document.txt";
    private const int LargestDocument = 16 << 20;

    /// <summary>The files of the model.</summary>
    /// <exception cref="InputException">The tool was built without them.</exception>
    public static ModelFiles Files
    {
        get
        {
            var files = ModelFiles.InAssembly(typeof(Sample).Assembly, Prefix);
            return files.Has("config.json")
                ? files
                : throw new InputException(
                    "this build holds no sample model (tools/Kernels.Cli/Sample was absent); name a model with --model DIR and --prompt TEXT.");
        }
    }

    /// <summary>The opening of the document that leaves room for <paramref name="maxTokens"/> tokens in the context.</summary>
    /// <param name="tokenizer">The model's tokenizer, whose tokens are bytes.</param>
    /// <param name="context">Tokens the model may hold.</param>
    /// <param name="maxTokens">Tokens to write after it.</param>
    /// <exception cref="InputException">There would be no room for the document.</exception>
    public static string Document(TextTokenizer tokenizer, int context, int maxTokens)
    {
        var room = context - maxTokens - tokenizer.Encode("").Count;
        if (room < 1)
            throw new InputException(
                $"--max-tokens is {maxTokens}, but the sample model holds {context} tokens and its document needs some; ask for fewer.");
        var bytes = Files.Read(DocumentFile, LargestDocument);
        var length = Math.Min(room, bytes.Length);
        while (length > 0 && length < bytes.Length && (bytes[length] & 0xC0) == 0x80) length--; // not inside a character
        return PromptText.Decode(DocumentFile, bytes.AsSpan(0, length));
    }
}
