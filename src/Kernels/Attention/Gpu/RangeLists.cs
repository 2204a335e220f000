using System.Runtime.InteropServices;

namespace Kernels;

/// <summary>Lists of key ranges on a device: list i is ranges[starts[i] .. starts[i + 1]], ascending and without overlap.</summary>
internal sealed class RangeLists : IDisposable
{
    private RangeLists(IlgpuBuffer starts, IlgpuBuffer ranges)
    {
        Starts = starts;
        Ranges = ranges;
    }

    /// <summary>int32, one more than there are lists.</summary>
    public IlgpuBuffer Starts { get; }

    /// <summary><see cref="KeyRange"/>s.</summary>
    public IlgpuBuffer Ranges { get; }

    /// <summary>Bytes held.</summary>
    public long ByteLength => Starts.ByteLength + Ranges.ByteLength;

    /// <summary>Copies <paramref name="lists"/> to the device.</summary>
    public static RangeLists Upload(IlgpuDevice device, IEnumerable<IReadOnlyList<KeyRange>> lists)
    {
        var (starts, ranges) = (new List<int> { 0 }, new List<KeyRange>());
        foreach (var list in lists)
        {
            ranges.AddRange(list);
            starts.Add(ranges.Count);
        }

        var result = Reserve(device, starts.Count - 1, ranges.Count);
        result.Starts.CopyFrom(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(starts)));
        result.Ranges.CopyFrom(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(ranges)));
        return result;
    }

    /// <summary>Room for <paramref name="lists"/> lists of one range each, for kernels to write.</summary>
    public static RangeLists OneRangeEach(IlgpuDevice device, int lists)
    {
        var result = Reserve(device, lists, lists);
        result.Starts.CopyFrom(MemoryMarshal.AsBytes(Enumerable.Range(0, lists + 1).ToArray().AsSpan()));
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

    public void Dispose()
    {
        Starts.Dispose();
        Ranges.Dispose();
    }

    private static RangeLists Reserve(IlgpuDevice device, int lists, int ranges)
    {
        var starts = new IlgpuBuffer(device, sizeof(int) * (lists + 1L));
        try
        {
            return new RangeLists(starts, new IlgpuBuffer(device, Math.Max(1, ranges) * (long)Marshal.SizeOf<KeyRange>()));
        }
        catch
        {
            starts.Dispose();
            throw;
        }
    }
}
