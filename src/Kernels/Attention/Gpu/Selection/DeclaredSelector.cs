using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Kernels;

/// <summary>The selectors that a declaration has by number: blocks, a share of them, a share of the estimates, a least estimate, or a distance from the largest.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct DeclaredSelector : IBlockSelector
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Keeps(
        float estimate, int rank, float taken, float total, float largest, int blocks, int queryGroup, int keyBlock, EstimateArguments arguments)
    {
        if (arguments.Mass > 0) return taken < arguments.Mass * total;
        if (arguments.Difference > 0) return estimate >= largest - arguments.Difference;
        if (arguments.Threshold > 0) return estimate >= arguments.Threshold;
        return rank < (arguments.TopK > 0 ? arguments.TopK : (int)((long)arguments.ShareFactor * blocks >> arguments.ShareShift) + 1);
    }
}
