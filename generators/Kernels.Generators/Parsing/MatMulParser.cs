using Kernels.Generators.Diagnostics;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Parsing;

/// <summary>Reads <c>[DenseMatMul]</c> and <c>[SemiStructuredMatMul]</c>.</summary>
internal static class MatMulParser
{
    public static MatMulSpec Parse(HostSpec host, AttributeReader attribute, UserMethodParser methods, Findings findings)
    {
        var (kept, of) = (0, 0);
        if (attribute.Name == "SemiStructuredMatMul")
        {
            (kept, of) = (attribute.Read("Kept", 2), attribute.Read("Of", 4));
            if ((kept, of) != (2, 4))
                findings.Add(KernelDiagnostics.KeptOf, attribute.LocationOf(kept == 2 ? "Of" : "Kept"), kept, of);
        }

        return new MatMulSpec(host, kept, of, methods.Parse("Epilogue", ValueKind.Float, [ValueKind.Float]));
    }
}
