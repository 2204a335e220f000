namespace Kernels.Perf.Rows;

/// <summary>A 1×1 convolution of a network: channels in and out, and the side of its square image.</summary>
internal readonly record struct PointwiseLayer(int Inputs, int Outputs, int Side)
{
    /// <summary>The thirteen of MobileNet-v1, width 1.0, images of 224 × 224 (arXiv 1704.04861, table 1).</summary>
    public static IReadOnlyList<PointwiseLayer> MobileNet { get; } =
    [
        new(32, 64, 112), new(64, 128, 56), new(128, 128, 56), new(128, 256, 28), new(256, 256, 28), new(256, 512, 14),
        new(512, 512, 14), new(512, 512, 14), new(512, 512, 14), new(512, 512, 14), new(512, 512, 14), new(512, 1024, 7), new(1024, 1024, 7),
    ];

    /// <summary>Pixels of a channel.</summary>
    public int Pixels => Side * Side;
}
