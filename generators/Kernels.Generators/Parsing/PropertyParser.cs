using Kernels.Generators.Diagnostics;
using Kernels.Generators.Emission;
using Kernels.Generators.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kernels.Generators.Parsing;

/// <summary>Checks the property that carries a kernel attribute and the types around it.</summary>
internal sealed class PropertyParser
{
    private static readonly SymbolDisplayFormat Qualified = SymbolDisplayFormat.FullyQualifiedFormat
        .WithMiscellaneousOptions(SymbolDisplayFormat.FullyQualifiedFormat.MiscellaneousOptions
            | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private static readonly SymbolDisplayFormat NamespaceFormat =
        SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted);

    private readonly IPropertySymbol _property;
    private readonly PropertyDeclarationSyntax _syntax;
    private bool _isWritable = true;

    public PropertyParser(IPropertySymbol property, PropertyDeclarationSyntax syntax)
    {
        _property = property;
        _syntax = syntax;
        Host = ReadHost();
    }

    /// <summary>Where the body goes.</summary>
    public HostSpec Host { get; }

    /// <summary>Reports what keeps the property from holding a kernel of type <paramref name="expectedType"/>.</summary>
    public void Check(Findings findings, string attribute, string expectedType, CSharpCompilation compilation)
    {
        var name = _property.Name;
        if (compilation.LanguageVersion < Microsoft.CodeAnalysis.CSharp.LanguageVersion.CSharp13)
        {
            _isWritable = false;
            findings.Add(KernelDiagnostics.LanguageVersion, _syntax.Identifier.GetLocation(), compilation.LanguageVersion.ToDisplayString());
        }

        if (!SyntaxFacts.IsValidIdentifier(name))
        {
            _isWritable = false;
            findings.RefuseSilently();
        }

        CheckHosts(findings);
        var isPartial = _syntax.Modifiers.Any(SyntaxKind.PartialKeyword);
        var isBodied = HasUserBody();
        _isWritable &= isPartial && !isBodied;
        if (!isPartial || !_property.IsStatic)
            findings.Add(KernelDiagnostics.NotStaticPartial, _syntax.Identifier.GetLocation(), name);
        if (isBodied || _property.GetMethod is null || _property.SetMethod is not null)
            findings.Add(KernelDiagnostics.NotGetOnly, _syntax.Identifier.GetLocation(), name);
        if (_property.Type.TypeKind == TypeKind.Error)
        {
            // A body would name the missing type again, in a file that the user cannot mend.
            _isWritable = false;
            findings.RefuseSilently();
        }
        else if (_property.RefKind != RefKind.None || _property.Type.Name != expectedType || !IsOurs(_property.Type))
            findings.Add(KernelDiagnostics.WrongPropertyType, _syntax.Type.GetLocation(), name, attribute, expectedType, _syntax.Type.ToString());
        if (!compilation.Options.AllowUnsafe)
            findings.Add(KernelDiagnostics.UnsafeCode, _syntax.Identifier.GetLocation());
    }

    /// <summary>A spec for the refused property; null where no body could be added without making matters worse.</summary>
    public RefusedSpec? Refuse(string reason)
    {
        if (!_isWritable) return null;
        var accessors = new List<string>();
        foreach (var accessor in _syntax.AccessorList!.Accessors)
            accessors.Add(string.Concat(accessor.Modifiers.Select(modifier => modifier.Text + " ")) + accessor.Keyword.Text);
        var reference = _property.RefKind switch
        {
            RefKind.Ref => "ref ",
            RefKind.RefReadOnly => "ref readonly ",
            _ => "",
        };
        return new RefusedSpec(Host, reference + _property.Type.ToDisplayString(Qualified), new(accessors), reason);
    }

    private static bool IsOurs(ITypeSymbol type) =>
        type.ContainingNamespace is { Name: "Kernels", ContainingNamespace.IsGlobalNamespace: true };

    private void CheckHosts(Findings findings)
    {
        for (var type = _property.ContainingType; type is not null; type = type.ContainingType)
        {
            if (!SyntaxFacts.IsValidIdentifier(type.Name))
            {
                _isWritable = false;
                findings.RefuseSilently();
                continue;
            }

            var declarations = type.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax()).OfType<TypeDeclarationSyntax>();
            var isPartial = declarations.All(declaration => declaration.Modifiers.Any(SyntaxKind.PartialKeyword));
            _isWritable &= isPartial && !type.IsFileLocal;
            if (!isPartial) findings.Add(KernelDiagnostics.HostNotPartial, type.Locations[0], type.Name, _property.Name);
            var kind = type switch
            {
                { TypeKind: TypeKind.Interface } => "interface",
                { IsFileLocal: true } => "file-local type",
                { TypeParameters.Length: > 0 } => "generic type",
                _ => null,
            };
            if (kind is not null)
                findings.Add(KernelDiagnostics.UnsupportedHost, _syntax.Identifier.GetLocation(), _property.Name, kind, type.Name);
        }
    }

    private bool HasUserBody()
    {
        if (_syntax.AccessorList is null || _syntax.Initializer is not null) return true;
        if (_syntax.AccessorList.Accessors.Any(accessor => accessor.Body is not null || accessor.ExpressionBody is not null)) return true;
        var implementation = _property.PartialImplementationPart?.DeclaringSyntaxReferences.FirstOrDefault();
        return implementation is not null
            && !implementation.SyntaxTree.FilePath.EndsWith(KernelFile.HintName(Host), StringComparison.Ordinal);
    }

    private HostSpec ReadHost()
    {
        var headers = new Stack<string>();
        var names = new Stack<string>();
        for (var type = _property.ContainingType; type is not null; type = type.ContainingType)
        {
            var parameters = type.TypeParameters.Length == 0
                ? ""
                : $"<{string.Join(", ", type.TypeParameters.Select(parameter => Identifiers.Escape(parameter.Name)))}>";
            headers.Push($"partial {Keyword(type)} {Identifiers.Escape(type.Name)}{parameters}");
            names.Push(type.Name);
        }

        var space = _property.ContainingNamespace.IsGlobalNamespace ? "" : _property.ContainingNamespace.ToDisplayString(NamespaceFormat);
        return new HostSpec(
            space, new(headers), string.Join(".", names), _property.ContainingType.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
            string.Join(" ", _syntax.Modifiers.Select(modifier => modifier.Text)),
            _property.Name, Holder());
    }

    private string Holder()
    {
        var type = _property.ContainingType;
        var name = _property.Name + "Programs";
        for (var i = 1; name == type.Name || type.GetMembers(name).Any(IsWrittenByUser); i++) name = $"{_property.Name}Programs{i}";
        return name;

        // The analyzer sees a compilation to which the generator's own holder has been added.
        static bool IsWrittenByUser(ISymbol member) =>
            !member.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "GeneratedCodeAttribute"
                && attribute.ConstructorArguments.FirstOrDefault().Value as string == KernelFile.Tool);
    }

    private static string Keyword(INamedTypeSymbol type) => type switch
    {
        { TypeKind: TypeKind.Interface } => "interface",
        { TypeKind: TypeKind.Struct, IsRecord: true } => "record struct",
        { TypeKind: TypeKind.Struct } => "struct",
        { IsRecord: true } => "record",
        _ => "class",
    };
}
