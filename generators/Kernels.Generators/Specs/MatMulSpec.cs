namespace Kernels.Generators.Specs;

/// <summary>A declared product.</summary>
/// <param name="Host">Where it was declared.</param>
/// <param name="Kept">N of N:M; 0 for others.</param>
/// <param name="Of">M of N:M; 0 for others.</param>
/// <param name="GroupRows">Outputs that share the inputs they use; 0 where weights lie in panels on every device: dense and plain 2:4.</param>
/// <param name="Epilogue">float of (float) or (float, float), or null.</param>
internal sealed record MatMulSpec(HostSpec Host, int Kept, int Of, int GroupRows, UserMethodSpec? Epilogue) : KernelSpec(Host)
{
    public bool IsDense => Of == 0 && GroupRows == 0;

    /// <summary>Whether the processor reads the weights in panels: it permutes activations by the positions of N:M weights where M is a power of two.</summary>
    public bool HasProcessorPanels => IsDense || (Of is 4 or 8 or 16 or 32 && GroupRows <= 1);
}
