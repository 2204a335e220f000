using System.Text.RegularExpressions;

namespace Kernels.Generators.Tests;

/// <summary>A page of generators/docs: a title, code that is reported on the lines that say so, and code to write instead.</summary>
internal sealed record DiagnosticPage(string Id, string Title, string Reported, string Instead)
{
    public static string Repository { get; } = FindRepository();

    public static DiagnosticPage Read(string id)
    {
        var text = File.ReadAllText(Path.Combine(Repository, "generators", "docs", id + ".md"));
        var page = Regex.Match(text, @"^# (KRN\d+): (.+)\n[\s\S]+\n## Reported\n\n```csharp\n([\s\S]+?)```\n\n## Instead\n\n```csharp\n([\s\S]+?)```\n");
        return new DiagnosticPage(page.Groups[1].Value, page.Groups[2].Value, page.Groups[3].Value, page.Groups[4].Value);
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kernels.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
