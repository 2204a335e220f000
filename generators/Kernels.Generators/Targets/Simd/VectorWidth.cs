namespace Kernels.Generators.Targets.Simd;

/// <summary>One of the three vector widths the SIMD target prints the same skeleton for.</summary>
/// <param name="Bits">128, 256 or 512.</param>
/// <param name="TileRows">Rows of the register tile.</param>
/// <param name="TileVectors">Vectors across the register tile; rows × vectors accumulators must fit the register file.</param>
internal sealed record VectorWidth(int Bits, int TileRows, int TileVectors)
{
    // 512: 32 registers, 12×2 accumulators + 2 operands + broadcasts. 256: 16 registers, 6×2 + 2 + 1.
    // 128: 16 registers (SSE) or 32 (Neon); 6×2 fits both.
    public static readonly VectorWidth[] All = [new(512, 12, 2), new(256, 6, 2), new(128, 6, 2)];

    /// <summary>fp32 lanes of a vector.</summary>
    public int Lanes => Bits / 32;

    /// <summary>Columns of the register tile: the width of a packed panel.</summary>
    public int Panel => Lanes * TileVectors;

    /// <summary>This width, or a narrower one that <paramref name="values"/>, at least four, fill.</summary>
    public VectorWidth Narrowed(int values) => All.First(width => width.Bits <= Bits && width.Lanes <= values);

    /// <summary>The static class with the vector operations.</summary>
    public string Class => ClassOf(Bits);

    /// <summary>The same for vectors of <paramref name="bits"/>.</summary>
    public static string ClassOf(int bits) => $"global::System.Runtime.Intrinsics.Vector{bits}";

    /// <summary>The vector type with elements of <paramref name="element"/>.</summary>
    public string Of(string element) => $"global::System.Runtime.Intrinsics.Vector{Bits}<{element}>";
}
