using Kernels.Generators.Diagnostics;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Parsing;

/// <summary>Reads <c>[DenseMatMul]</c>, <c>[SemiStructuredMatMul]</c> and <c>[GroupMatMul]</c>.</summary>
internal static class MatMulParser
{
    private const int MostOf = 32;

    public static MatMulSpec Parse(HostSpec host, AttributeReader attribute, UserMethodParser methods, Findings findings)
    {
        var (kept, of, rows) = (0, 0, 0);
        if (attribute.Name == "SemiStructuredMatMul")
        {
            (kept, of) = (attribute.Read("Kept", 2), attribute.Read("Of", 4));
            if (kept < 1 || kept > of || of > MostOf)
                findings.Add(KernelDiagnostics.KeptOf, attribute.LocationOf(kept == 2 ? "Of" : "Kept"), kept, of);
            var vector = Rows("Vector", 1);
            if ((kept, of, vector) != (2, 4, 1)) rows = vector;
        }
        else if (attribute.Name == "GroupMatMul")
        {
            rows = Rows("GroupRows", 4);
        }

        return new MatMulSpec(host, kept, of, rows, methods.Parse("Epilogue", ValueKind.Float, [ValueKind.Float], [ValueKind.Float, ValueKind.Float]));

        int Rows(string name, int usual)
        {
            var given = attribute.Read(name, usual);
            if (given is not (1 or 2 or 4 or 8 or 16)) findings.Add(KernelDiagnostics.GroupRows, attribute.LocationOf(name), name, given, "1, 2, 4, 8 or 16");
            return given;
        }
    }
}
