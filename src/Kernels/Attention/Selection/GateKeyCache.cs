namespace Kernels;

/// <summary>What a gate has made of the keys of growing sequences: a projected key for each whole block, made once when the block is complete.</summary>
/// <remarks>
/// A run appends the blocks that its keys complete. Keys that were there in an earlier run must be the same in the next: after any
/// change call <see cref="Truncate"/>. One run at a time.
/// </remarks>
public sealed unsafe class GateKeyCache : IDisposable
{
    private readonly DeviceBuffer _projected;
    private readonly GpuGate? _onGpu;
    private readonly int[] _blocks;

    /// <summary>Reserves memory.</summary>
    /// <param name="device">Where the kernel runs.</param>
    /// <param name="gate">The layer's gate.</param>
    /// <param name="batch">Most sequences.</param>
    /// <param name="keys">Most keys of a sequence.</param>
    /// <exception cref="KernelException">The device runs no kernels, or a length is below 1.</exception>
    public GateKeyCache(Device device, AttentionGate gate, int batch, int keys)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(gate);
        if (device is not (CpuDevice or IlgpuDevice))
            throw new KernelException(nameof(GateKeyCache), device.Name, "a gate", "the device runs no kernels", "Use a device that does.");
        if (batch < 1 || keys < 1)
            throw new KernelException(nameof(GateKeyCache), device.Name, $"batch {batch} and {keys} keys", "each must be at least 1", "Pass the kernel's shape.");
        (Gate, Batch, Keys) = (gate, batch, keys);
        MaxBlocks = (keys - 1) / gate.Shape.Block + 1;
        _blocks = new int[batch * gate.Shape.KeyHeads];
        var heads = gate.KeysPerQueryHead ? gate.Shape.QueryHeads : gate.Shape.KeyHeads;
        Turns = new RotaryTurns(gate.Rotation, gate.Shape.Block, MaxBlocks);
        GateTurns = new RotaryTurns(gate.GateRotation, gate.Shape.Block, MaxBlocks);
        _projected = device.Allocate((long)batch * heads * MaxBlocks * gate.Shape.Width * sizeof(float));
        try
        {
            if (device is IlgpuDevice gpu) _onGpu = new GpuGate(gpu, gate, Turns, GateTurns);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The gate.</summary>
    public AttentionGate Gate { get; }

    /// <summary>Most sequences.</summary>
    public int Batch { get; }

    /// <summary>Most keys of a sequence.</summary>
    public int Keys { get; }

    /// <summary>Bytes held.</summary>
    public long ByteLength => _projected.ByteLength + (_onGpu?.Numbers.ByteLength ?? 0) + Turns.ByteLength + GateTurns.ByteLength;

    internal Device Device => _projected.Device;

    internal int MaxBlocks { get; }

    internal RotaryTurns Turns { get; }

    internal RotaryTurns GateTurns { get; }

    /// <summary>Forgets what was made of keys from <paramref name="keys"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative number.</exception>
    public void Truncate(int keys)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keys);
        foreach (ref var blocks in _blocks.AsSpan()) blocks = Math.Min(blocks, keys / Gate.Shape.Block);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _projected.Dispose();
        _onGpu?.Dispose();
    }

    /// <summary>The gate's numbers on the device, a GPU.</summary>
    internal GpuGate OnGpu => _onGpu!;

    /// <summary>The projected keys on the device, [sequence, head, block, width]; heads are query heads where each has projections of its own.</summary>
    internal TBuffer Memory<TBuffer>() where TBuffer : DeviceBuffer => (TBuffer)_projected;

    /// <summary>Whole blocks held of a key head.</summary>
    internal ref int Blocks(int batch, int keyHead) => ref _blocks[batch * Gate.Shape.KeyHeads + keyHead];

    /// <summary>The projected keys of a query head, block after block.</summary>
    internal float* Projected(int batch, int queryHead)
    {
        var (heads, head) = Gate.KeysPerQueryHead ? (Gate.Shape.QueryHeads, queryHead) : (Gate.Shape.KeyHeads, queryHead / Gate.Shape.GroupSize);
        return (float*)Memory<CpuBuffer>().Pointer + ((long)batch * heads + head) * MaxBlocks * Gate.Shape.Width;
    }
}
