using System.Runtime.InteropServices;
using ILGPU;

namespace Kernels;

/// <summary>The pages of a run's sequences on a device; copied where they are not those of the run before.</summary>
/// <param name="buffer">Room of <see cref="Bytes"/>, cleared.</param>
/// <param name="shape">The plan's shape.</param>
internal sealed class PageTables(IlgpuBuffer buffer, AttentionShape shape)
{
    /// <summary>Most entries of the tables of a plan.</summary>
    public const int MostEntries = 1 << 30;

    private readonly int _columns = Columns(shape);
    private readonly int[] _held = new int[Entries(shape)];
    private bool _differs;

    /// <summary>Bytes for the tables of plans of <paramref name="shape"/>.</summary>
    public static long Bytes(in AttentionShape shape) => sizeof(int) * Entries(shape);

    /// <summary>Entries of those tables.</summary>
    public static long Entries(in AttentionShape shape) => (long)shape.Batch * Columns(shape);

    /// <summary>Copies the tables of <paramref name="sequences"/>, which have been checked.</summary>
    public void Fill(RaggedBatch sequences)
    {
        for (var i = 0; i < sequences.Count; i++)
        {
            var pages = sequences.PagesOf(i, shape.Page);
            var held = _held.AsSpan(i * _columns);
            if (held.StartsWith(pages)) continue;
            pages.CopyTo(held);
            _differs = true;
        }

        if (!_differs) return;
        buffer.CopyFrom(MemoryMarshal.AsBytes(_held.AsSpan()));
        _differs = false;
    }

    /// <summary>The pages of a sequence.</summary>
    public ArrayView<int> Of(int sequence) => buffer.View<int>().SubView((long)sequence * _columns, _columns);

    private static int Columns(in AttentionShape shape) => (shape.Keys - 1) / shape.Page + 1;
}
