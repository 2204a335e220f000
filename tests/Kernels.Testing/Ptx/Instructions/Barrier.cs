using System.Numerics;

namespace Kernels.Testing.Ptx;

/// <summary>A barrier of the whole group, which may also combine a predicate of all threads.</summary>
/// <param name="id">Slot of the barrier's number.</param>
/// <param name="threads">Slot of the number of threads, or null for all.</param>
/// <param name="reduce">Combines how many threads brought true with how many there are; null where nothing is combined.</param>
internal sealed class Barrier(int id, int? threads, BarrierReduction? reduce) : Instruction
{
    public unsafe ulong Id(Warp warp, int lane) => warp.Register(id)[lane] & uint.MaxValue;

    public unsafe uint Threads(Warp warp, int lane, int all) => threads is { } slot ? (uint)warp.Register(slot)[lane] : (uint)all;

    /// <summary>Lets all threads go on.</summary>
    public unsafe void Release(ReadOnlySpan<Warp> warps)
    {
        if (reduce is null) return;
        var (trues, all) = (0, 0);
        foreach (var warp in warps)
        {
            trues += BitOperations.PopCount(warp.Predicate(reduce.Source) & warp.Existing);
            all += BitOperations.PopCount(warp.Existing);
        }

        var result = reduce.Combine(trues, all);
        foreach (var warp in warps)
            if (reduce.IsPredicate) warp.SetPredicate(reduce.Destination, warp.Existing, result == 0 ? 0 : uint.MaxValue);
            else new Span<ulong>(warp.Register(reduce.Destination), Warp.Lanes).Fill(result);
    }
}
