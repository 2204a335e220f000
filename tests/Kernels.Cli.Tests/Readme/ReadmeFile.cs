using System.Text.RegularExpressions;
using Kernels.Cli.Tests.Running;

namespace Kernels.Cli.Tests.Readme;

/// <summary>The fenced blocks of a document.</summary>
/// <param name="path">Its path in the repository.</param>
internal sealed partial class ReadmeFile(string path)
{
    /// <summary>The README of the project.</summary>
    public static ReadmeFile Project { get; } = new("README.md");

    /// <summary>How kernels are declared.</summary>
    public static ReadmeFile Declarations { get; } = new("src/Kernels/Declarations/README.md");

    /// <summary>Blocks written in <paramref name="language"/>, in order.</summary>
    public IReadOnlyList<string> Blocks(string language) =>
        [.. Fences().Matches(Text).Where(fence => fence.Groups[1].Value == language).Select(fence => fence.Groups[2].Value)];

    /// <summary>Lines of shell blocks.</summary>
    public IReadOnlyList<string> Commands =>
        [.. Blocks("sh").SelectMany(block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    /// <summary>The whole file.</summary>
    public string Text { get; } = File.ReadAllText(Path.Combine(Repository.Root, path));

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();
}
