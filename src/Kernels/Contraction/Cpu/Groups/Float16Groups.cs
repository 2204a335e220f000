using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>Values of binary16.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct Float16Groups : IGroupStorage
{
    /// <inheritdoc/>
    public static int Bits => 16;

    /// <inheritdoc/>
    public static bool IsScaled => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* values, long index) => ElementTypes.FromFloat16(((ushort*)values)[index]);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load128(byte* values, long index) => Float16Panels.Convert(HalfWords.Widen128((ushort*)values + index));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* values, long index) => Float16Panels.Convert(HalfWords.Widen256((ushort*)values + index));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* values, long index) => Float16Panels.Convert(HalfWords.Widen512((ushort*)values + index));
}
