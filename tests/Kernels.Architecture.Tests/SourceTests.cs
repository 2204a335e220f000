using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace Kernels.Architecture.Tests;

/// <summary>What every source file keeps to.</summary>
public sealed class SourceTests
{
    public static TheoryData<string> Rooms => [.. new[] { "src", "generators", "tests", "perf", "tools" }.Where(room => Directory.Exists(Path.Combine(Repository.Root, room)))];

    [Theory]
    [InlineData("src")]
    [InlineData("generators")]
    public void One_public_type_a_file_named_after_it(string room)
    {
        foreach (var path in Repository.Sources(room))
        {
            var tree = CSharpSyntaxTree.ParseText(File.ReadAllText(path));
            var types = tree.GetRoot().DescendantNodes(node => node is not BaseTypeDeclarationSyntax)
                .OfType<MemberDeclarationSyntax>()
                .Where(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax)
                .Where(member => member.Modifiers.Any(modifier => modifier.IsKind(SyntaxKind.PublicKeyword)))
                .Select(member => member is DelegateDeclarationSyntax function ? function.Identifier.Text : ((BaseTypeDeclarationSyntax)member).Identifier.Text)
                .ToArray();
            var place = Path.GetRelativePath(Repository.Root, path);
            Assert.True(types.Length <= 1, $"{place} holds {string.Join(", ", types)}");
            if (types.Length == 1) Assert.Equal(types[0], Path.GetFileName(path).Split('.')[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void No_folder_is_a_drawer(string room) => Assert.DoesNotContain(
        Repository.Sources(room).SelectMany(path => Path.GetRelativePath(Repository.Root, path).Split(Path.DirectorySeparatorChar)),
        part => part is "Common" or "Utils" or "Helpers" or "Shared" or "Misc");

    [Theory]
    [MemberData(nameof(Rooms))]
    public void No_file_is_too_long_to_do_one_thing(string room)
    {
        foreach (var path in Repository.Sources(room))
            Assert.True(File.ReadLines(path).Count() <= 600, $"{Path.GetRelativePath(Repository.Root, path)} has more than 600 lines");
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void No_namespace_strays_from_its_project(string room)
    {
        foreach (var path in Repository.Sources(room))
        {
            var project = Path.GetRelativePath(Path.Combine(Repository.Root, room), path).Split(Path.DirectorySeparatorChar)[0];
            foreach (var declared in CSharpSyntaxTree.ParseText(File.ReadAllText(path)).GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>())
            {
                var name = declared.Name.ToString();
                Assert.True(name == project || name.StartsWith(project + ".", StringComparison.Ordinal) || name.StartsWith("System.Runtime.CompilerServices", StringComparison.Ordinal),
                    $"{Path.GetRelativePath(Repository.Root, path)} declares {name}");
            }
        }
    }
}
