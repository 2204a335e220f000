using System.Runtime.InteropServices;

namespace Kernels;

/// <summary>
/// Which stored inputs of groups belong to each input, in words: where an input's begin (one more entry ends the last), the place of each
/// among all that are stored, and its group. An input's are in the order of groups.
/// </summary>
internal sealed class GpuInputIndex : IDisposable
{
    private readonly GroupLayout _layout;

    /// <summary>Takes the memory for as many stored inputs as weights have room for.</summary>
    public GpuInputIndex(IlgpuDevice device, in GroupLayout layout)
    {
        _layout = layout;
        Stored = layout.Inputs + 1L;
        Groups = Stored + layout.Capacity;
        Buffer = (IlgpuBuffer)device.Allocate(sizeof(int) * (Groups + layout.Capacity));
    }

    /// <summary>The index.</summary>
    public IlgpuBuffer Buffer { get; }

    /// <summary>The first place of a stored input, in words.</summary>
    public long Stored { get; }

    /// <summary>The first group of a stored input, in words.</summary>
    public long Groups { get; }

    /// <summary>Reads from packed weights which inputs are stored, and sorts them.</summary>
    public void Fill(IlgpuBuffer weights)
    {
        var bounds = new int[_layout.Groups + 1];
        weights.CopyTo(MemoryMarshal.AsBytes(bounds.AsSpan()));
        var columns = new ushort[bounds[^1]];
        weights.CopyTo(MemoryMarshal.AsBytes(columns.AsSpan()), _layout.Columns);

        var starts = new int[_layout.Inputs + 1];
        foreach (var column in columns) starts[column + 1]++;
        for (var input = 0; input < _layout.Inputs; input++) starts[input + 1] += starts[input];

        var (stored, groups, next) = (new int[columns.Length], new int[columns.Length], starts[..^1]);
        for (var group = 0; group < _layout.Groups; group++)
            for (var i = bounds[group]; i < bounds[group + 1]; i++)
            {
                var place = next[columns[i]]++;
                (stored[place], groups[place]) = (i, group);
            }

        Write(starts, 0);
        Write(stored, Stored);
        Write(groups, Groups);
    }

    /// <inheritdoc/>
    public void Dispose() => Buffer.Dispose();

    // Copies take spans of bytes, whose length is an int.
    private void Write(int[] words, long place)
    {
        const int together = 1 << 28;
        for (var done = 0; done < words.Length; done += together)
            Buffer.CopyFrom(MemoryMarshal.AsBytes(words.AsSpan(done, Math.Min(together, words.Length - done))), sizeof(int) * (place + done));
    }
}
