namespace Kernels.Testing.Ptx;

/// <summary>Lanes of a warp at one place of the code.</summary>
internal sealed class Fragment(int at, uint lanes)
{
    /// <summary>Index of the next instruction.</summary>
    public int At { get; set; } = at;

    public uint Lanes { get; set; } = lanes;

    /// <summary>Whether the instruction at <see cref="At"/> waits for other lanes or warps.</summary>
    public bool IsWaiting { get; set; }
}
