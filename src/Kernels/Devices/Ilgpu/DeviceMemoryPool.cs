using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Device memory that is handed out, taken back and handed out again: asking the driver stops the device.</summary>
/// <remarks>
/// Used under the device's lock. Memory taken back may be handed out at once, because all work of the device is queued in order.
/// </remarks>
/// <param name="allocate">Asks the driver for bytes.</param>
/// <param name="release">Waits until no queued work uses the memory, and gives it back to the driver.</param>
internal sealed class DeviceMemoryPool(
    Func<long, MemoryBuffer1D<byte, Stride1D.Dense>> allocate, Action<MemoryBuffer1D<byte, Stride1D.Dense>> release)
{
    /// <summary>Most bytes kept for reuse; the rest is given back to the driver.</summary>
    public const long MostKeptBytes = 256 << 20;

    // Kept memory may be larger than what it is reused for by one part in this many.
    private const int Slack = 8;

    private readonly List<MemoryBuffer1D<byte, Stride1D.Dense>> _kept = [];

    /// <summary>Bytes kept for reuse.</summary>
    public long KeptBytes { get; private set; }

    /// <summary>Memory of at least <paramref name="bytes"/> bytes, whatever it holds. Kept memory is given up before the driver's refusal is passed on.</summary>
    public MemoryBuffer1D<byte, Stride1D.Dense> Rent(long bytes)
    {
        var best = -1;
        for (var i = 0; i < _kept.Count; i++)
            if (_kept[i].Length >= bytes && _kept[i].Length <= bytes + bytes / Slack && (best < 0 || _kept[i].Length < _kept[best].Length)) best = i;
        if (best >= 0)
        {
            var memory = _kept[best];
            _kept.RemoveAt(best);
            KeptBytes -= memory.Length;
            return memory;
        }

        try
        {
            return allocate(bytes);
        }
        catch (Exception) when (_kept.Count > 0)
        {
            Trim();
            return allocate(bytes);
        }
    }

    /// <summary>Takes memory back.</summary>
    public void Return(MemoryBuffer1D<byte, Stride1D.Dense> memory)
    {
        if (KeptBytes + memory.Length > MostKeptBytes)
        {
            release(memory);
            return;
        }

        _kept.Add(memory);
        KeptBytes += memory.Length;
    }

    /// <summary>Gives all kept memory back to the driver.</summary>
    public void Trim()
    {
        foreach (var memory in _kept) release(memory);
        _kept.Clear();
        KeptBytes = 0;
    }
}
