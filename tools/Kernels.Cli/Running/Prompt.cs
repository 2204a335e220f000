using Kernels.Cli.Commands;
using Kernels.Cli.Errors;
using Kernels.Cli.Input;
using Kernels.Cli.Output;

namespace Kernels.Cli.Running;

/// <summary>The text a command reads, and its tokens.</summary>
internal static class Prompt
{
    /// <summary>Reads what was asked for; null for the sample model's document.</summary>
    /// <exception cref="InputException">The file cannot be read, or the text is empty.</exception>
    public static string? Read(PromptSettings settings, Terminal terminal) => settings switch
    {
        { Text: { } text } => TextFile.FromCommandLine("--prompt", text),
        { File: { } file } => TextFile.Read("--prompt-file", file, terminal.Input),
        _ => null,
    };

    /// <summary>The tokens of <paramref name="prompt"/>, at least one and no more than the context.</summary>
    /// <exception cref="InputException">There is none, or there are too many.</exception>
    public static IReadOnlyList<int> Tokens(Bench bench, string prompt)
    {
        var tokens = bench.Tokenizer.Encode(prompt);
        if (tokens.Count == 0)
            throw new InputException("the prompt holds no token of the model; write a longer one.");
        return tokens.Count <= bench.ContextLength
            ? tokens
            : throw new InputException(
                $"the prompt has {tokens.Count} tokens, but the context of {bench.ModelName} holds {bench.ContextLength}; shorten the prompt.");
    }
}
