using System.ComponentModel;

namespace Kernels;

/// <summary>fp32 as it is.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuFloat32 : IGpuElement<GpuFloat32>
{
    private readonly float _value;

    private GpuFloat32(float value) => _value = value;

    /// <inheritdoc/>
    public static float ToFloat(GpuFloat32 element) => element._value;

    /// <inheritdoc/>
    public static GpuFloat32 FromFloat(float value) => new(value);
}
