using System.Runtime.InteropServices;

namespace Kernels.Scheduling;

/// <summary>A weight held in an array: tables that are computed, and tests.</summary>
public sealed class ArrayWeight : Weight
{
    private readonly float[] _values;

    /// <summary>Wraps <paramref name="values"/>, row-major fp32.</summary>
    /// <exception cref="ArgumentException">The array has another length.</exception>
    public ArrayWeight(string name, int rows, int columns, float[] values) : base(name, ElementType.Float32, rows, columns)
    {
        if (values.Length != (long)rows * columns)
            throw new ArgumentException($"{this} needs {(long)rows * columns} values; {values.Length} were given.", nameof(values));
        _values = values;
    }

    /// <inheritdoc/>
    public override void Read(WeightReader reader) => reader(MemoryMarshal.AsBytes(_values.AsSpan()));
}
