using System.Runtime.InteropServices;

namespace Kernels;

/// <summary>
/// Lists of key ranges on a device: list i is ranges[bounds[2·i] .. bounds[2·i + 1]], ascending and without overlap. Lists need not
/// touch, so that kernels can fill places set aside for them.
/// </summary>
internal sealed class RangeLists : IDisposable
{
    /// <summary>Reserves room for <paramref name="lists"/> lists that hold <paramref name="ranges"/> ranges together.</summary>
    public RangeLists(IlgpuDevice device, int lists, int ranges)
    {
        Bounds = new IlgpuBuffer(device, 2 * sizeof(int) * (long)lists);
        try
        {
            Ranges = new IlgpuBuffer(device, Math.Max(1, ranges) * (long)Marshal.SizeOf<KeyRange>());
        }
        catch
        {
            Bounds.Dispose();
            throw;
        }
    }

    /// <summary>int32 pairs: first range of a list, and the one after the last.</summary>
    public IlgpuBuffer Bounds { get; }

    /// <summary><see cref="KeyRange"/>s.</summary>
    public IlgpuBuffer Ranges { get; }

    /// <summary>Bytes held.</summary>
    public long ByteLength => Bounds.ByteLength + Ranges.ByteLength;

    /// <summary>Copies <paramref name="lists"/> to the device.</summary>
    public static RangeLists Upload(IlgpuDevice device, IEnumerable<IReadOnlyList<KeyRange>> lists)
    {
        var (bounds, ranges) = (new List<int>(), new List<KeyRange>());
        foreach (var list in lists)
        {
            bounds.Add(ranges.Count);
            ranges.AddRange(list);
            bounds.Add(ranges.Count);
        }

        var result = new RangeLists(device, bounds.Count / 2, ranges.Count);
        result.Fill(CollectionsMarshal.AsSpan(bounds), CollectionsMarshal.AsSpan(ranges));
        return result;
    }

    /// <summary>Room for <paramref name="lists"/> lists of one range each, for kernels to write.</summary>
    public static RangeLists OneRangeEach(IlgpuDevice device, int lists)
    {
        var result = new RangeLists(device, lists, lists);
        result.Fill(Enumerable.Range(0, 2 * lists).Select(i => (i + 1) / 2).ToArray(), []);
        return result;
    }

    /// <summary>The ranges of row <paramref name="row"/> of a block map; neighbouring blocks of a kind become one range.</summary>
    public static IReadOnlyList<KeyRange> Of(BlockMap map, int batch, int head, int row, int keys)
    {
        var ranges = new List<KeyRange>();
        foreach (var entry in map.Row(batch, head, row))
        {
            var (start, partial) = ((entry >> 1) * map.Block, (entry & 1) == 0);
            var end = Math.Min(start + map.Block, keys);
            if (ranges.Count > 0 && ranges[^1] is var last && last.End == start && last.Partial == (partial ? 1 : 0))
                ranges[^1] = new KeyRange(last.Start, end, partial);
            else
                ranges.Add(new KeyRange(start, end, partial));
        }

        return ranges;
    }

    /// <summary>Copies bounds and ranges from the host.</summary>
    public void Fill(ReadOnlySpan<int> bounds, ReadOnlySpan<KeyRange> ranges)
    {
        Bounds.CopyFrom(MemoryMarshal.AsBytes(bounds));
        Ranges.CopyFrom(MemoryMarshal.AsBytes(ranges));
    }

    /// <summary>Copies the first <paramref name="count"/> lists to the host.</summary>
    public KeyRange[][] Read(int count)
    {
        var (bounds, ranges) = (new int[2 * count], new KeyRange[Ranges.ByteLength / Marshal.SizeOf<KeyRange>()]);
        Bounds.CopyTo(MemoryMarshal.AsBytes(bounds.AsSpan()));
        Ranges.CopyTo(MemoryMarshal.AsBytes(ranges.AsSpan()));
        return [.. Enumerable.Range(0, count).Select(list => ranges[bounds[2 * list]..bounds[2 * list + 1]])];
    }

    public void Dispose()
    {
        Bounds.Dispose();
        Ranges.Dispose();
    }
}
