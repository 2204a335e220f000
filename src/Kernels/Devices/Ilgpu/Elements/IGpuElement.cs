using System.ComponentModel;

namespace Kernels;

/// <summary>A storage type of generated ILGPU kernels, which compute in fp32.</summary>
/// <remarks>
/// Conversions are integer arithmetic: devices may lack half-precision arithmetic, flush subnormal numbers or round in their
/// own way. Every device therefore gives the bits that <see cref="ElementTypes"/> gives on the host.
/// </remarks>
/// <typeparam name="TSelf">The storage type itself.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IGpuElement<TSelf> where TSelf : unmanaged, IGpuElement<TSelf>
{
    /// <summary>The value in fp32 (exact).</summary>
    static abstract float ToFloat(TSelf element);

    /// <summary>The element nearest to <paramref name="value"/>, ties to even; NaN stays NaN.</summary>
    static abstract TSelf FromFloat(float value);
}
