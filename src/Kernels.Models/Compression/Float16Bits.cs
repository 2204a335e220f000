using System.Runtime.Intrinsics;

namespace Kernels.Models;

/// <summary>IEEE binary16: five bits of exponent, ten of fraction.</summary>
internal readonly struct Float16Bits : IHalfWidthBits
{
    // What a float's larger bias takes from a binary16 whose exponent and fraction are put in a float's; exact for subnormals too.
    private static readonly Vector128<float> Rebias = Vector128.Create(MathF.ScaleB(1, 127 - 15));

    /// <inheritdoc/>
    public static short Infinity => 0x7C00;

    /// <inheritdoc/>
    public static Vector128<float> Magnitudes(Vector128<uint> stored) => ((stored & Vector128.Create(0x7FFFu)) << 13).AsSingle() * Rebias;
}
