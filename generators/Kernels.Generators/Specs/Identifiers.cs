using Microsoft.CodeAnalysis.CSharp;

namespace Kernels.Generators.Specs;

/// <summary>Names as C# text.</summary>
internal static class Identifiers
{
    /// <summary><paramref name="name"/> with an <c>@</c> where C# could take it for a keyword.</summary>
    public static string Escape(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None ? "@" + name : name;
}
