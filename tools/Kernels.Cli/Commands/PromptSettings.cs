namespace Kernels.Cli.Commands;

/// <summary>What <see cref="PromptOptions"/> said: a text, a file, or neither for the sample model's document.</summary>
/// <param name="Text">The text itself.</param>
/// <param name="File">A file, or <c>-</c> for standard input.</param>
internal sealed record PromptSettings(string? Text, string? File);
