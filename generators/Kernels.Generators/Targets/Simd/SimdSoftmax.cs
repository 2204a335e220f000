using Kernels.Generators.Emission;

namespace Kernels.Generators.Targets.Simd;

/// <summary>
/// Prints the online softmax of a tile: scores become weights 2^(score − maximum), the sums are continued, and the factors for the
/// accumulators are returned. Weights past a row's visible keys become 0 up to the width the value tiles read.
/// </summary>
/// <remarks>
/// All maxima come first, so that no row waits for its own. The constants of 2^x come from memory: what the compiler knows
/// to be a constant it loads anew at every use.
/// </remarks>
internal sealed class SimdSoftmax(SourceWriter writer, VectorWidth width, bool mayExclude)
{
    private const string Unsafe = "global::System.Runtime.CompilerServices";

    // The least argument, 1.5·2²³ (whose sum with x is a whole number), and the coefficients of 2^f.
    private static readonly string[] s_powerNames = ["least", "units", "c5", "c4", "c3", "c2", "c1", "c0"];
    private static readonly string[] s_powers =
        ["-126f", "12582912f", "0.00132647222f", "0.00967151298f", "0.0555073376f", "0.240222421f", "0.693146978f", "1f"];

    private string V => width.Class;

    private string Float => width.Of("float");

    /// <summary>Writes <c>Softmax(scores, rows, visible, length, maximum, sum, scales)</c>; row r sees visible + r of length keys.</summary>
    public void Write(string hotMethod)
    {
        writer.Line();
        writer.Line(hotMethod);
        writer.Line("private static void Softmax(float* scores, int rows, int visible, int length, float* maximum, float* sum, float* scales)");
        writer.Line($$"""
            {
                var lowest = {{V}}.Create(float.NegativeInfinity);
                for (var r = 0; r < rows; r++)
                {
                    var row = scores + r * ChunkKeys;
                    var sees = global::System.Math.Max(0, global::System.Math.Min(length, visible + r));
                    var whole = sees & -Lanes;
                    var top0 = lowest;
                    var top1 = lowest;
                    var k = 0;
                    for (; k <= whole - 2 * Lanes; k += 2 * Lanes)
                    {
                        top0 = {{V}}.MaxNative({{V}}.Load(row + k), top0);
                        top1 = {{V}}.MaxNative({{V}}.Load(row + k + Lanes), top1);
                    }

                    if (k < whole) top0 = {{V}}.MaxNative({{V}}.Load(row + k), top0);
                    if (whole < sees) top1 = {{V}}.MaxNative({{V}}.ConditionalSelect(First(sees - whole), {{V}}.Load(row + whole), lowest), top1);
                    var top = Highest({{V}}.MaxNative(top0, top1));
                    var old = maximum[r];
                    var highest = top > old ? top : old;
                    maximum[r] = highest;
                    scales[r] = highest == old ? 0f : old - highest;
                }

                var powers = stackalloc float[] { {{string.Join(", ", s_powers)}} };
            """);
        foreach (var (name, i) in s_powerNames.Select((name, i) => (name, i))) writer.Line($"    var {name} = {V}.Create(powers[{i}]);");
        var arguments = string.Join(", ", s_powerNames);
        writer.Line($$"""
                for (var r = 0; r < rows; r++)
                {
                    var row = scores + r * ChunkKeys;
                    var sees = global::System.Math.Max(0, global::System.Math.Min(length, visible + r));
                    var k = 0;
                    scales[r] = scales[r] < -126f ? 0f : Power({{V}}.Create(scales[r]), {{arguments}}).ToScalar();
                    if ({{(mayExclude ? "!float.IsNegativeInfinity(maximum[r])" : "sees > 0")}})
                    {
                        var shift = {{V}}.Create(maximum[r]);
                        var total0 = {{V}}.Load(sum + r * Lanes) * {{V}}.Create(scales[r]);
                        var total1 = {{Float}}.Zero;
                        for (; k <= sees - 2 * Lanes; k += 2 * Lanes)
                        {
                            var p0 = Power({{V}}.Load(row + k) - shift, {{arguments}});
                            p0.Store(row + k);
                            total0 += p0;
                            var p1 = Power({{V}}.Load(row + k + Lanes) - shift, {{arguments}});
                            p1.Store(row + k + Lanes);
                            total1 += p1;
                        }

                        for (; k < sees; k += Lanes)
                        {
                            var p = Power({{V}}.Load(row + k) - shift, {{arguments}});
                            if (k + Lanes > sees) p = {{V}}.ConditionalSelect(First(sees - k), p, {{Float}}.Zero);
                            p.Store(row + k);
                            total0 += p;
                        }

                        (total0 + total1).Store(sum + r * Lanes);
                    }

                    for (; k < length; k += Lanes) {{Float}}.Zero.Store(row + k);
                }
            }

            [{{Unsafe}}.MethodImpl({{Unsafe}}.MethodImplOptions.AggressiveInlining)]
            private static {{Float}} First(int count) => {{V}}.LessThan({{width.Of("int")}}.Indices, {{V}}.Create(count)).AsSingle();
            """);

        // 2^x: x = n + f with n whole and |f| ≤ ½; 2^f by a degree-5 minimax polynomial (relative error 9.2e-8).
        writer.Line($$"""

            [{{Unsafe}}.MethodImpl({{Unsafe}}.MethodImplOptions.AggressiveInlining)]
            private static {{Float}} Power({{Float}} x, {{string.Join(", ", s_powerNames.Select(name => $"{Float} {name}"))}})
            {
                {{(mayExclude ? $"var excluded = {V}.LessThan(x, {V}.Create(-1e30f));" : "")}}
                x = {{V}}.MaxNative(least, x);
                var shifted = x + units;
                var f = x - (shifted - units);
                var square = f * f;
                var p = {{V}}.FusedMultiplyAdd({{V}}.FusedMultiplyAdd(c5, f, c4), square, {{V}}.FusedMultiplyAdd(c3, f, c2));
                p = {{V}}.FusedMultiplyAdd(p, square, {{V}}.FusedMultiplyAdd(c1, f, c0));
                p = (p.AsInt32() + (shifted.AsInt32() << 23)).AsSingle();
                return {{(mayExclude ? $"{V}.ConditionalSelect(excluded, {Float}.Zero, p)" : "p")}};
            }

            [{{Unsafe}}.MethodImpl({{Unsafe}}.MethodImplOptions.AggressiveInlining)]
            private static float Highest({{Float}} x)
            {
            """);
        var (vector, bits) = ("x", width.Bits);
        while (bits > 128)
        {
            bits /= 2;
            var next = $"x{bits}";
            writer.Line($"    var {next} = global::System.Runtime.Intrinsics.Vector{bits}.MaxNative({vector}.GetLower(), {vector}.GetUpper());");
            vector = next;
        }

        const string narrow = "global::System.Runtime.Intrinsics.Vector128";
        writer.Line($"    var half = {narrow}.MaxNative({vector}, {narrow}.Shuffle({vector}, {narrow}.Create(2, 3, 0, 1)));");
        writer.Line($"    return {narrow}.MaxNative(half, {narrow}.Shuffle(half, {narrow}.Create(1, 0, 3, 2))).ToScalar();");
        writer.Line("}");
    }
}
