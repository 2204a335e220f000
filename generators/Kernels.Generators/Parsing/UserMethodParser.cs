using Kernels.Generators.Diagnostics;
using Kernels.Generators.Parsing.Lowering;
using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Expressions;
using Microsoft.CodeAnalysis;

namespace Kernels.Generators.Parsing;

/// <summary>Finds the method that an attribute argument names, and lowers it.</summary>
internal sealed class UserMethodParser
{
    private readonly INamedTypeSymbol _type;
    private readonly AttributeReader _attribute;
    private readonly Compilation _compilation;
    private readonly Findings _findings;
    private readonly CancellationToken _cancellation;

    public UserMethodParser(
        INamedTypeSymbol type, AttributeReader attribute, Compilation compilation, Findings findings, CancellationToken cancellation)
    {
        _type = type;
        _attribute = attribute;
        _compilation = compilation;
        _findings = findings;
        _cancellation = cancellation;
    }

    /// <summary>
    /// Reads the method that argument <paramref name="argument"/> names. Null where none is named or it was refused.
    /// </summary>
    /// <param name="argument">Name of the attribute argument.</param>
    /// <param name="result">What the method returns.</param>
    /// <param name="signatures">The lists of parameter kinds it may have.</param>
    public UserMethodSpec? Parse(string argument, ValueKind result, params ValueKind[][] signatures)
    {
        var name = _attribute.ReadText(argument);
        if (string.IsNullOrEmpty(name)) return null;
        var where = _attribute.LocationOf(argument);
        var named = _type.GetMembers(name!).OfType<IMethodSymbol>().Where(method => method.MethodKind == MethodKind.Ordinary).ToArray();
        if (named.Length == 0)
        {
            _findings.Add(KernelDiagnostics.MethodNotFound, where, argument, name!, _type.Name);
            return null;
        }

        var fitting = named.Where(method => signatures.Any(signature => Fits(method, result, signature))).ToArray();
        if (fitting.Length != 1)
        {
            if (fitting.Length > 1)
                _findings.Add(KernelDiagnostics.MethodAmbiguous, where, argument, name!);
            else if (named.Any(HasErrors))
                _findings.RefuseSilently();
            else
                _findings.Add(KernelDiagnostics.MethodSignature, where, argument, name!, Describe(result, signatures));
            return null;
        }

        var method = fitting[0];
        var body = new MethodLowering(_compilation, _findings, _cancellation).Lower(method, where);
        if (body is null) return null;
        ReportLaneByLane(name!, body, where);
        return new UserMethodSpec(name!, new(MethodLowering.Parameters(method)), result, body);
    }

    private void ReportLaneByLane(string name, Expression body, Location where)
    {
        foreach (var operation in new FlatExpression(body, Expansion.Expand).Operations)
        {
            switch (operation)
            {
                case CallExpression { Function: "Pow" }:
                    _findings.Add(KernelDiagnostics.LaneByLane, where, name, "Pow", "write a constant power as products");
                    return;
                case BinaryExpression { Operator: "<<" or ">>" or ">>>" } shift when !Build.IsInt(shift.Right, out _):
                    _findings.Add(KernelDiagnostics.LaneByLane, where, name, "a shift by a variable count", "shift by a constant where possible");
                    return;
            }
        }
    }

    private static bool Fits(IMethodSymbol method, ValueKind result, ValueKind[] signature) =>
        method.IsStatic && !method.IsGenericMethod && !method.ReturnsByRef && !method.ReturnsByRefReadonly
        && ValueKinds.Of(method.ReturnType) == result
        && method.Parameters.Length == signature.Length
        && method.Parameters.Select((parameter, i) => parameter.RefKind == RefKind.None && ValueKinds.Of(parameter.Type) == signature[i]).All(fits => fits);

    private static bool HasErrors(IMethodSymbol method) =>
        method.ReturnType.TypeKind == TypeKind.Error || method.Parameters.Any(parameter => parameter.Type.TypeKind == TypeKind.Error);

    private static string Describe(ValueKind result, ValueKind[][] signatures) => string.Join(" or ", signatures.Select(signature =>
        $"'{ValueKinds.Keyword(result)}({string.Join(", ", signature.Select(ValueKinds.Keyword))})'"));
}
