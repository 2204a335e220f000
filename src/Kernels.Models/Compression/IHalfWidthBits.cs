using System.Runtime.Intrinsics;

namespace Kernels.Models;

/// <summary>What choosing by magnitude has to know of a 16-bit storage; without the sign, bits order like the numbers they stand for.</summary>
internal interface IHalfWidthBits
{
    /// <summary>The bits of infinity; those of what is not a number lie above.</summary>
    static abstract short Infinity { get; }

    /// <summary>Magnitudes of finite weights whose bits are widened with zeros.</summary>
    static abstract Vector128<float> Magnitudes(Vector128<uint> stored);
}
