using System.Runtime.Intrinsics;

namespace Kernels.Models;

/// <summary>bfloat16: the upper half of a float.</summary>
internal readonly struct BFloat16Bits : IHalfWidthBits
{
    /// <inheritdoc/>
    public static short Infinity => 0x7F80;

    /// <inheritdoc/>
    public static Vector128<float> Magnitudes(Vector128<uint> stored) => ((stored & Vector128.Create(0x7FFFu)) << 16).AsSingle();
}
