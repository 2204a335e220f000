using System.CommandLine;
using Kernels.Cli.Errors;

namespace Kernels.Cli.Commands;

/// <summary>The options that say what is read.</summary>
internal sealed class PromptOptions
{
    private readonly Option<string?> _prompt = Options.Text("--prompt", "TEXT", "What to read. Default with the sample model: its document.");

    private readonly Option<string?> _promptFile = Options.Text("--prompt-file", "FILE", "A UTF-8 file to read; - is standard input.");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_prompt);
        command.Options.Add(_promptFile);
    }

    /// <summary>Reads the values.</summary>
    /// <param name="parsed">A command line without errors.</param>
    /// <param name="shared">The model they are read with.</param>
    /// <exception cref="UsageException">Both were given, or none for a model that brings no document.</exception>
    public PromptSettings Read(ParseResult parsed, SharedSettings shared)
    {
        var settings = new PromptSettings(parsed.GetValue(_prompt), parsed.GetValue(_promptFile));
        if (settings is { Text: not null, File: not null })
            throw new UsageException("--prompt and --prompt-file were both given; choose one.");
        if (shared.Model is not null && settings is { Text: null, File: null })
            throw new UsageException("--model needs something to read; add --prompt TEXT or --prompt-file FILE.");
        return settings;
    }
}
