using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kernels.Generators.Parsing;

/// <summary>Named arguments of an attribute, with the places they were written.</summary>
internal sealed class AttributeReader
{
    private readonly AttributeData _attribute;
    private readonly AttributeSyntax _syntax;

    public AttributeReader(AttributeData attribute, CancellationToken cancellation)
    {
        _attribute = attribute;
        _syntax = (AttributeSyntax)attribute.ApplicationSyntaxReference!.GetSyntax(cancellation);
    }

    /// <summary>Name without the suffix: <c>DenseAttention</c>.</summary>
    public string Name => ShortName(_attribute);

    /// <summary>The attribute itself.</summary>
    public Location Location => _syntax.GetLocation();

    /// <summary>Whether the compiler already rejects an argument.</summary>
    public bool HasErrors =>
        _attribute.NamedArguments.Any(argument => argument.Value.Kind == TypedConstantKind.Error)
        || _attribute.ConstructorArguments.Length > 0
        || _syntax.ArgumentList?.Arguments.Count > _attribute.NamedArguments.Length;

    /// <summary>Name of an attribute without the suffix.</summary>
    public static string ShortName(AttributeData attribute)
    {
        const string suffix = "Attribute";
        var name = attribute.AttributeClass!.Name;
        return name.EndsWith(suffix, StringComparison.Ordinal) ? name.Substring(0, name.Length - suffix.Length) : name;
    }

    /// <summary>Whether argument <paramref name="name"/> was written.</summary>
    public bool Has(string name) => _attribute.NamedArguments.Any(argument => argument.Key == name);

    /// <summary>Value of argument <paramref name="name"/>, or <paramref name="fallback"/> where it was not written.</summary>
    public T Read<T>(string name, T fallback)
    {
        foreach (var argument in _attribute.NamedArguments)
            if (argument.Key == name && argument.Value.Value is T value) return value;
        return fallback;
    }

    /// <summary>The text of argument <paramref name="name"/>; null where it was not written or is null.</summary>
    public string? ReadText(string name) => Read<string?>(name, null);

    /// <summary>The numbers of array argument <paramref name="name"/>; null where it was not written or is null.</summary>
    public IReadOnlyList<int>? ReadNumbers(string name)
    {
        foreach (var argument in _attribute.NamedArguments)
            if (argument.Key == name && argument.Value is { Kind: TypedConstantKind.Array, IsNull: false } numbers)
                return [.. numbers.Values.Select(number => number.Value is int value ? value : 0)];
        return null;
    }

    /// <summary>Where argument <paramref name="name"/> was written; the attribute where it was not.</summary>
    public Location LocationOf(string name)
    {
        foreach (var argument in _syntax.ArgumentList?.Arguments ?? default)
            if (argument.NameEquals?.Name.Identifier.ValueText == name) return argument.GetLocation();
        return Location;
    }
}
