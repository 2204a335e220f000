namespace Kernels.Cli.Errors;

/// <summary>The user's input was refused; the message names what was wrong, where, and the way out.</summary>
internal sealed class InputException(string message) : Exception(message);
