namespace Kernels.Cli.Errors;

/// <summary>The command line itself was wrong: options that do not go together or do not apply.</summary>
internal sealed class UsageException(string message) : Exception(message);
