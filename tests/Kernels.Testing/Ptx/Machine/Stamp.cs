namespace Kernels.Testing.Ptx;

/// <summary>Who touched a byte of shared memory, and when: an interval between barriers, the warp's own clock, and a thread.</summary>
/// <remarks>
/// Barriers of the group begin a new interval, <c>bar.warp.sync</c> advances the warp's clock. Packed so that a stamp of an earlier
/// interval is a smaller number; the last interval of all marks a copy under way.
/// </remarks>
internal readonly record struct Stamp(ulong Bits)
{
    private const int ThreadBits = 10, ClockShift = 13, IntervalShift = 32;
    private const ulong SeveralLanes = 1UL << ThreadBits, SeveralWarps = 1UL << (ThreadBits + 1), AsyncCopy = 1UL << (ThreadBits + 2);
    private const int LargestClock = (1 << (IntervalShift - ClockShift)) - 1;

    public Stamp(uint interval, int clock, int thread)
        : this((ulong)interval << IntervalShift | (ulong)(clock & LargestClock) << ClockShift | (uint)thread)
    {
    }

    /// <summary>An asynchronous copy that has not been waited for.</summary>
    public static Stamp Pending => new(ulong.MaxValue);

    public uint Interval => (uint)(Bits >> IntervalShift);

    public int Thread => (int)(Bits & ((1 << ThreadBits) - 1));

    public bool IsAsyncCopy => (Bits & AsyncCopy) != 0;

    public Stamp ByAsyncCopy() => new(Bits | AsyncCopy);

    /// <summary>Whether what this stamp tells of came before <paramref name="later"/>, so that the two are no race.</summary>
    public bool IsBefore(Stamp later) =>
        Interval != later.Interval
        || (Bits & (SeveralLanes | SeveralWarps)) == 0 && Thread == later.Thread
        || (Bits & SeveralWarps) == 0 && Thread / Warp.Lanes == later.Thread / Warp.Lanes && Clock < later.Clock;

    /// <summary>This stamp of readers with one more.</summary>
    public Stamp And(Stamp reader)
    {
        if (IsBefore(reader)) return reader;
        return new(Bits | (Thread / Warp.Lanes == reader.Thread / Warp.Lanes ? SeveralLanes : SeveralWarps));
    }

    private int Clock => (int)(Bits >> ClockShift) & LargestClock;
}
