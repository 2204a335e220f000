using Kernels.Generators.Diagnostics;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Parsing;

/// <summary>Reads <c>[GroupConvolution]</c> and <c>[DepthwiseConvolution]</c>.</summary>
internal sealed class ConvolutionParser(HostSpec host, AttributeReader attribute, UserMethodParser methods, Findings findings)
{
    private const int UsualRows = 4;

    private static readonly int[] GroupRows = [1, 2, 4, 8, 16];

    /// <summary>The declared kernel, or the family of them.</summary>
    public KernelSpec ParseGroups(bool isFamily)
    {
        var spec = new ConvolutionSpec(host, attribute.Read("GroupRows", UsualRows), ReadWindow(side: 1, padding: 0), ReadEpilogue());
        if (isFamily && attribute.Has("GroupRows"))
            findings.Add(KernelDiagnostics.FamilySizes, attribute.LocationOf("GroupRows"), "GroupRows", "ConvolutionFamily", "it on a property of type 'ConvolutionKernel'");
        else if (!GroupRows.Contains(spec.GroupRows))
            findings.Add(KernelDiagnostics.GroupRows, attribute.LocationOf("GroupRows"), "GroupRows", spec.GroupRows, "1, 2, 4, 8 or 16");
        return isFamily ? new ConvolutionFamilySpec(host, new(GroupRows.Select(rows => spec with { GroupRows = rows }))) : spec;
    }

    public DepthwiseSpec ParseDepthwise() => new(host, ReadWindow(side: 3, padding: 1), ReadEpilogue());

    private UserMethodSpec? ReadEpilogue() => methods.Parse("Epilogue", ValueKind.Float, [ValueKind.Float]);

    private WindowSpec ReadWindow(int side, int padding)
    {
        var window = new WindowSpec(attribute.Read("Window", side), attribute.Read("Stride", 1), attribute.Read("Padding", padding));
        if (window.Side is < 1 or > 7) Refuse("Window", window.Side, "1 to 7");
        else if (window.Padding < 0 || window.Padding >= window.Side) Refuse("Padding", window.Padding, $"0 to {window.Side - 1}, less than the window");
        if (window.Stride is not (1 or 2)) Refuse("Stride", window.Stride, "1 or 2");
        return window;
    }

    private void Refuse(string name, int value, string limit) => findings.Add(KernelDiagnostics.ConvolutionWindow, attribute.LocationOf(name), name, value, limit);
}
