namespace Kernels.Models;

/// <summary>A matrix of integers, zero points subtracted, with one scale for every few columns of a row.</summary>
/// <param name="Codes">[rows, columns].</param>
/// <param name="Scales">[rows, ⌈columns / <paramref name="ScaleColumns"/>⌉].</param>
/// <param name="ScaleColumns">Columns that share a scale.</param>
internal sealed record StoredIntegers(sbyte[] Codes, float[] Scales, int ScaleColumns)
{
    /// <summary>The numbers they stand for.</summary>
    public float[] Values(int columns)
    {
        var across = (columns - 1) / ScaleColumns + 1;
        var values = new float[Codes.Length];
        for (var i = 0; i < values.Length; i++) values[i] = Codes[i] * Scales[i / columns * across + i % columns / ScaleColumns];
        return values;
    }
}
