using System.ComponentModel;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>How a row of a weight panel, two vectors wide, is read from memory as fp32; called by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe interface IPanelStorage
{
    /// <summary>Bits of one weight.</summary>
    static abstract int Bits { get; }

    /// <summary>Whether every few inputs of a panel begin with one fp32 scale per output.</summary>
    static abstract bool IsScaled { get; }

    /// <summary>The first 16 weights of a row of 32.</summary>
    static abstract Vector512<float> LoadFirst512(byte* row);

    /// <summary>The second 16 weights of a row of 32.</summary>
    static abstract Vector512<float> LoadSecond512(byte* row);

    /// <summary>The first 8 weights of a row of 16.</summary>
    static abstract Vector256<float> LoadFirst256(byte* row);

    /// <summary>The second 8 weights of a row of 16.</summary>
    static abstract Vector256<float> LoadSecond256(byte* row);

    /// <summary>The first 4 weights of a row of 8.</summary>
    static abstract Vector128<float> LoadFirst128(byte* row);

    /// <summary>The second 4 weights of a row of 8.</summary>
    static abstract Vector128<float> LoadSecond128(byte* row);
}
