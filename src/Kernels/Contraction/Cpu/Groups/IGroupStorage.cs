using System.ComponentModel;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>How stored values of groups, which lie one after the other, are read from memory as fp32; called by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe interface IGroupStorage
{
    /// <summary>Bits of one value. Vectors of values of four bits begin with an even one.</summary>
    static abstract int Bits { get; }

    /// <summary>Whether values are integers that scales belong to.</summary>
    static abstract bool IsScaled { get; }

    /// <summary>Value <paramref name="index"/>.</summary>
    static abstract float Load(byte* values, long index);

    /// <summary>Four values from <paramref name="index"/> on.</summary>
    static abstract Vector128<float> Load128(byte* values, long index);

    /// <summary>Eight values from <paramref name="index"/> on.</summary>
    static abstract Vector256<float> Load256(byte* values, long index);

    /// <summary>Sixteen values from <paramref name="index"/> on.</summary>
    static abstract Vector512<float> Load512(byte* values, long index);
}
