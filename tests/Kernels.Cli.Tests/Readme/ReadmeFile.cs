using System.Text.RegularExpressions;
using Kernels.Cli.Tests.Running;

namespace Kernels.Cli.Tests.Readme;

/// <summary>The fenced blocks of README.md.</summary>
internal static partial class ReadmeFile
{
    /// <summary>Blocks written in <paramref name="language"/>, in order.</summary>
    public static IReadOnlyList<string> Blocks(string language) =>
        [.. Fences().Matches(Text).Where(fence => fence.Groups[1].Value == language).Select(fence => fence.Groups[2].Value)];

    /// <summary>Lines of shell blocks.</summary>
    public static IReadOnlyList<string> Commands =>
        [.. Blocks("sh").SelectMany(block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    /// <summary>The whole file.</summary>
    public static string Text { get; } = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();
}
