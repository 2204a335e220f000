using Kernels.Generators.Emission;
using Kernels.Generators.Skeletons;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Gpu;

/// <summary>The programs of convolutions for devices reached through ILGPU: one text in the sizes that suit each lowering.</summary>
internal static class GpuConvolution
{
    // Pixels of a thread, so that it has sixteen sums, or four where channels are convolved alone and windows are not wide.
    private const int MostPixels = 4, MostSums = 16, MostUnrolledSide = 3;

    private static readonly (string Lowering, int Threads)[] Lowerings = [("OpenCL", 64), ("Cuda", 128)];

    /// <summary>Names of the program classes that are emitted, in order of preference.</summary>
    public static IEnumerable<string> ProgramNames() => Lowerings.Select(lowering => lowering.Lowering);

    public static void Write(SourceWriter writer, ConvolutionSpec spec) => Write(
        writer, "GpuConvolutionProgram", spec.Window, Math.Min(MostPixels, MostSums / spec.GroupRows), spec.Epilogue,
        skeleton => skeleton.WriteGroups("ConvolveKernel", spec.GroupRows));

    public static void Write(SourceWriter writer, DepthwiseSpec spec) => Write(
        writer, "GpuDepthwiseProgram", spec.Window, spec.Window.Side <= MostUnrolledSide ? MostPixels : 1, spec.Epilogue,
        skeleton => skeleton.WriteDepthwise("ConvolveKernel", spec.Window.Side));

    private static void Write(SourceWriter writer, string program, WindowSpec window, int pixels, UserMethodSpec? epilogue, Action<GpuWindowSkeleton> write)
    {
        foreach (var (lowering, threads) in Lowerings)
        {
            using var _ = writer.Open(
                $"private sealed class {lowering}() : global::Kernels.{program}(global::Kernels.GpuLowering.{lowering}, {threads}, {pixels})");
            writer.Line("public override global::System.Delegate Convolve => ConvolveKernel;\n");
            write(new GpuWindowSkeleton(writer, new GpuWindowTile(writer, window, threads, pixels), epilogue is not null));
            if (epilogue is null) continue;
            writer.Line();
            GpuExpression.Printer.WriteMethod(writer, "Epilogue", epilogue);
        }
    }
}
