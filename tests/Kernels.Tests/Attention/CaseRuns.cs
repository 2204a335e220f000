using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

/// <summary>Which cases of a list run where.</summary>
internal static class CaseRuns
{
    /// <summary>Every case with the vectors of every width.</summary>
    public static TheoryData<string, int> AtEveryWidth(IEnumerable<string> names) =>
        [.. from name in names from width in new[] { 512, 256, 128 } select (name, width)];

    /// <summary>(device, case) of every device reached through ILGPU and of the PTX interpreter, each with the cases it manages in good time.</summary>
    public static TheoryData<string, string> OnGpus(
        IEnumerable<string> opencl, IEnumerable<string> cuda, IEnumerable<string> ptx, IEnumerable<string> simulator) =>
        [.. On("opencl", opencl), .. On("cuda", cuda), .. On(PtxDevices.Name, ptx), .. On("simulator", simulator)];

    private static IEnumerable<(string, string)> On(string device, IEnumerable<string> names) => names.Select(name => (device, name));
}
