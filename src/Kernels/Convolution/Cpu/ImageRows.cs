using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Kernels;

/// <summary>Rows that are the channels of the image, where it has them.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct ImageRows : IPixelRows
{
    // A channel that begins within a cache line has vectors that need two.
    private const long Finest = 64;

    // The first-level cache takes the same place for what lies 4096 bytes apart: channels that many times a fraction apart crowd.
    private const long Coarsest = 1024;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Offset(nuint row, nuint vectors, nuint pitch) => row * pitch;

    /// <summary>Whether channels of <paramref name="bytes"/> begin with a cache line and spread over the first-level cache.</summary>
    internal static bool Suit(long bytes) => (bytes & -bytes) is >= Finest and <= Coarsest;
}
