namespace Kernels;

/// <summary>
/// Where things lie in weights packed by groups of outputs, in bytes from the first: where the stored inputs of each group and segment
/// begin (int, one more entry ends the last), the stored inputs (ushort), scales (fp32, [groups][scale groups][group rows]) and values,
/// [stored inputs][group rows], integers of 4 bits from the low half of a byte on. Every part begins a cache line.
/// </summary>
/// <param name="Type">Storage of the values.</param>
/// <param name="Outputs">Rows of the matrix, a multiple of <paramref name="GroupRows"/>.</param>
/// <param name="Inputs">Columns of the matrix, at most <see cref="MostInputs"/>.</param>
/// <param name="GroupRows">Outputs of a group.</param>
/// <param name="Capacity">Stored inputs of all groups that there is room for.</param>
/// <param name="ScaleInputs">Inputs that share a scale; 0 where values need none.</param>
/// <param name="SegmentInputs">Inputs of a segment.</param>
internal readonly record struct GroupLayout(ElementType Type, int Outputs, int Inputs, int GroupRows, int Capacity, int ScaleInputs, int SegmentInputs)
{
    /// <summary>Columns are stored in 16 bits.</summary>
    public const int MostInputs = 1 << 16;

    /// <summary>Groups of outputs.</summary>
    public int Groups => Outputs / GroupRows;

    /// <summary>Segments of the inputs.</summary>
    public int Segments => (Inputs - 1) / SegmentInputs + 1;

    /// <summary>Scales of an output.</summary>
    public int ScaleGroups => ScaleInputs == 0 ? 0 : (Inputs - 1) / ScaleInputs + 1;

    /// <summary>The inputs that share a scale, as an exponent of two; 30 where all do, or none is needed. Only for layouts of a power of two.</summary>
    public int ScaleShift => ScaleGroups > 1 ? int.Log2(ScaleInputs) : 30;

    /// <summary>Where the stored inputs begin.</summary>
    public long Columns => Round(4L * (Groups * Segments + 1));

    /// <summary>Where the scales begin.</summary>
    public long Scales => Columns + Round(2L * Capacity);

    /// <summary>Where the values begin.</summary>
    public long Values => Scales + Round(4L * ScaleGroups * Outputs);

    /// <summary>Bytes of everything.</summary>
    public long ByteLength => Values + Round(((long)Capacity * GroupRows * Type.Bits() + 7) / 8);

    /// <summary>Inputs that share a scale where <paramref name="source"/> is stored as <paramref name="type"/>; 0 where none is needed.</summary>
    public static int ScaleInputsOf(HostMatrix source, ElementType type) =>
        !type.IsScaled() ? 0 : source.ScaleColumns == 0 ? PanelLayout.UsualScaleInputs : source.ScaleColumns;

    // Whole cache lines, and one to spare for vectors that read beyond the end.
    private static long Round(long bytes) => (bytes + 127) / 64 * 64;
}
