namespace Kernels.Testing.Ptx;

/// <summary>A mistake of one lane while its warp runs; the launch adds where it happened.</summary>
internal sealed class Fault(int lane, string message) : Exception(message)
{
    public int Lane { get; } = lane;
}
