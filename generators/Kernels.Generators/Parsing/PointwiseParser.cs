using Kernels.Generators.Diagnostics;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Parsing;

/// <summary>Reads <c>[GroupPointwise]</c>.</summary>
internal static class PointwiseParser
{
    public static PointwiseSpec Parse(HostSpec host, AttributeReader attribute, Findings findings)
    {
        var rows = attribute.Read("GroupRows", 4);
        if (rows is not (1 or 2 or 4 or 8)) findings.Add(KernelDiagnostics.GroupRows, attribute.LocationOf("GroupRows"), "GroupRows", rows, "1, 2, 4 or 8");
        return new PointwiseSpec(host, rows);
    }
}
