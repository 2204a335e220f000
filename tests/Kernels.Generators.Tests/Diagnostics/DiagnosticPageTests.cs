using System.Reflection;
using Kernels.Generators.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Kernels.Generators.Tests;

/// <summary>Every diagnostic has a page whose code is reported exactly as the page says, and a row in the release file.</summary>
public sealed class DiagnosticPageTests
{
    // What the compiler says beside the diagnostic, because no generated body can prevent it.
    private static readonly Dictionary<string, string[]> Companions = new()
    {
        ["KRN0004"] = ["CS0751", "CS9248"],
        ["KRN9001"] = ["CS8703", "CS9248", "CS9260"],
    };

    public static TheoryData<string> Ids => [.. KernelDiagnostics.All.Select(descriptor => descriptor.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_page_shows_what_is_reported_and_what_to_write_instead(string id)
    {
        var descriptor = KernelDiagnostics.All.Single(descriptor => descriptor.Id == id);
        var page = DiagnosticPage.Read(id);
        Assert.Equal((id, descriptor.Title.ToString()), (page.Id, page.Title));
        Assert.Equal($"generators/docs/{id}.md", descriptor.HelpLinkUri);

        var reported = Compiling.Diagnose(Project(page.Reported, id));
        var lines = page.Reported.Split('\n').Index().Where(line => line.Item.EndsWith("// " + id, StringComparison.Ordinal)).Select(line => line.Index);
        var own = reported.Where(diagnostic => diagnostic.Id.StartsWith("KRN", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(own);
        Assert.All(own, diagnostic => Assert.Equal(id, diagnostic.Id));
        Assert.Equal(lines, own.Select(diagnostic => diagnostic.Location.GetLineSpan().StartLinePosition.Line - Prelude.Count(character => character == '\n')));
        var others = reported.Except(own).ToArray();
        Assert.All(others, error => Assert.Contains(error.Id, Companions.GetValueOrDefault(id, [])));
        Assert.All(others, error => Assert.DoesNotContain(".g.cs", error.Location.GetLineSpan().Path));

        Assert.Empty(Compiling.Diagnose(Project(page.Instead, "")));
    }

    [Fact]
    public void Every_descriptor_is_listed_and_released()
    {
        var fields = typeof(KernelDiagnostics).GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)
            .Where(field => field.FieldType == typeof(DiagnosticDescriptor)).Select(field => (DiagnosticDescriptor)field.GetValue(null)!).ToArray();
        Assert.Equal(fields.Select(field => field.Id).Order(), KernelDiagnostics.All.Select(descriptor => descriptor.Id).Order());
        Assert.Equal(fields.Length, fields.Select(field => field.Id).Distinct().Count());

        var folder = Path.Combine(DiagnosticPage.Repository, "generators", "Kernels.Generators");
        var releases = File.ReadAllText(Path.Combine(folder, "AnalyzerReleases.Shipped.md")) + File.ReadAllText(Path.Combine(folder, "AnalyzerReleases.Unshipped.md"));
        Assert.All(KernelDiagnostics.All, descriptor =>
            Assert.Contains($"{descriptor.Id} | {descriptor.Category} | {descriptor.DefaultSeverity} | {descriptor.Title}\n", releases));

        var pages = Directory.GetFiles(Path.Combine(DiagnosticPage.Repository, "generators", "docs"), "KRN*.md").Select(Path.GetFileNameWithoutExtension);
        Assert.Equal(KernelDiagnostics.All.Select(descriptor => descriptor.Id).Order(), pages.Order());
    }

    private const string Prelude = "using System;\nusing Kernels;\n";

    private static CSharpCompilation Project(string code, string id)
    {
        var project = Compiling.Compilation(Prelude + code);
        return id switch
        {
            "KRN9001" => project.RemoveAllSyntaxTrees().AddSyntaxTrees(
                CSharpSyntaxTree.ParseText(Prelude + code, Compiling.Parse.WithLanguageVersion(Microsoft.CodeAnalysis.CSharp.LanguageVersion.CSharp12), "File0.cs")),
            "KRN9002" => project.WithOptions(project.Options.WithAllowUnsafe(false)),
            _ => project,
        };
    }
}
