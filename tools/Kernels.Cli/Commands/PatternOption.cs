using Kernels.Cli.Errors;
using Kernels.Compression;

namespace Kernels.Cli.Commands;

/// <summary>The value of <c>--pattern</c>.</summary>
internal static class PatternOption
{
    /// <summary>Reads a pattern.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static SparsityPattern Parse(string text)
    {
        try
        {
            return SparsityPattern.Parse(text);
        }
        catch (SparsityException refusal)
        {
            throw new UsageException($"--pattern: {refusal.Message}");
        }
    }
}
