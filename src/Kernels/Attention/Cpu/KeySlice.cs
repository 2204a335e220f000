using System.ComponentModel;

namespace Kernels;

/// <summary>Consecutive keys and their values where they lie, as generated SIMD programs see them.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct KeySlice
{
    /// <summary>First key, fp32.</summary>
    public float* Keys;

    /// <summary>First value, fp32.</summary>
    public float* Values;

    /// <summary>Floats between keys.</summary>
    public long KeyStride;

    /// <summary>Floats between values.</summary>
    public long ValueStride;

    /// <summary>Position of the first key, for causality and masks.</summary>
    public int First;

    /// <summary>Keys.</summary>
    public int Count;

    /// <summary>Whether the user's predicate must be asked.</summary>
    public bool Partial;
}
