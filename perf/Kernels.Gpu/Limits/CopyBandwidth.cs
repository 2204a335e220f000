using Kernels.Gpu.Timing;

namespace Kernels.Gpu.Limits;

/// <summary>What a copy within the device's memory reaches.</summary>
internal static class CopyBandwidth
{
    /// <summary>Bytes read and written a second.</summary>
    public static double Measure(Device device, ColdTimer timer, bool tiny)
    {
        const int columns = 4096;
        var rows = tiny ? 4 : 32768;
        var bytes = 4L * rows * columns;
        using var source = device.Allocate(bytes);
        using var target = device.Allocate(bytes);
        var (from, to) = (Tensor.Matrix(source, ElementType.Float32, rows, columns), Tensor.Matrix(target, ElementType.Float32, rows, columns));
        return 2.0 * bytes / timer.Median(_ => device.Layers.Copy(from, to));
    }
}
