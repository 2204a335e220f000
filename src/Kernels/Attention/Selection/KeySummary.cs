namespace Kernels;

/// <summary>
/// What a selecting kernel keeps of the keys it has seen, so that a run summarises only those that were appended since. Made by
/// <see cref="AttentionPlan.Summarise"/>; belongs to one cache of keys.
/// </summary>
public sealed class KeySummary : IDisposable
{
    internal KeySummary(DeviceBuffer buffer) => Buffer = buffer;

    /// <summary>Keys summarised.</summary>
    public int Keys { get; private set; }

    /// <summary>Bytes held.</summary>
    public long ByteLength => Buffer.ByteLength;

    internal DeviceBuffer Buffer { get; }

    /// <summary>Forgets keys at the end; call it when keys of the cache are dropped or replaced.</summary>
    /// <param name="keys">Keys that are still what they were.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative number.</exception>
    public void Forget(int keys)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keys);
        Keys = Math.Min(Keys, keys);
    }

    /// <inheritdoc/>
    public void Dispose() => Buffer.Dispose();

    internal void Advance(int keys) => Keys = keys;
}
