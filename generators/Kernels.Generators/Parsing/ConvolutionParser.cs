using Kernels.Generators.Diagnostics;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Parsing;

/// <summary>Reads <c>[GroupConvolution]</c>.</summary>
internal static class ConvolutionParser
{
    public static ConvolutionSpec Parse(HostSpec host, AttributeReader attribute, UserMethodParser methods, Findings findings)
    {
        var rows = attribute.Read("GroupRows", 4);
        if (rows is not (1 or 2 or 4 or 8 or 16)) findings.Add(KernelDiagnostics.GroupRows, attribute.LocationOf("GroupRows"), "GroupRows", rows, "1, 2, 4, 8 or 16");
        var (window, stride, padding) = (attribute.Read("Window", 1), attribute.Read("Stride", 1), attribute.Read("Padding", 0));
        if (window is < 1 or > 7) Refuse("Window", window, "1 to 7");
        if (stride is not (1 or 2)) Refuse("Stride", stride, "1 or 2");
        if (padding < 0 || padding >= window) Refuse("Padding", padding, $"0 to {window - 1}, less than the window");
        return new ConvolutionSpec(host, rows, window, stride, padding, methods.Parse("Epilogue", ValueKind.Float, [ValueKind.Float]));

        void Refuse(string name, int value, string limit) => findings.Add(KernelDiagnostics.ConvolutionWindow, attribute.LocationOf(name), name, value, limit);
    }
}
