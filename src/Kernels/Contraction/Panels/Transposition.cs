using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Kernels;

/// <summary>Blocked transposes of fp32 matrices.</summary>
internal static unsafe class Transposition
{
    /// <summary>target[c · targetStride + r] = source[r · sourceStride + c] for r &lt; rows, c &lt; columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* source, long sourceStride, int rows, int columns, float* target, long targetStride)
    {
        var row = 0;
        for (; row + 4 <= rows; row += 4, source += 4 * sourceStride, target += 4)
            TransposeFour(source, source + sourceStride, source + 2 * sourceStride, source + 3 * sourceStride, columns, target, targetStride);

        if (row + 2 <= rows)
        {
            TransposeTwo(source, source + sourceStride, columns, target, targetStride);
            row += 2;
            source += 2 * sourceStride;
            target += 2;
        }

        for (; row < rows; row++, source += sourceStride, target++)
            for (var column = 0; column < columns; column++) target[column * targetStride] = source[column];
    }

    /// <summary>target[c · targetStride + r] = row r at c, for four rows wherever they lie and c &lt; columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransposeFour(float* row0, float* row1, float* row2, float* row3, int columns, float* target, long targetStride)
    {
        var column = 0;
        for (; column + 4 <= columns; column += 4, target += 4 * targetStride)
        {
            var r0 = Vector128.Load(row0 + column);
            var r1 = Vector128.Load(row1 + column);
            var r2 = Vector128.Load(row2 + column);
            var r3 = Vector128.Load(row3 + column);
            var low01 = InterleaveLow(r0, r1);
            var high01 = InterleaveHigh(r0, r1);
            var low23 = InterleaveLow(r2, r3);
            var high23 = InterleaveHigh(r2, r3);
            Vector128.Store(JoinLower(low01, low23), target);
            Vector128.Store(JoinUpper(low01, low23), target + targetStride);
            Vector128.Store(JoinLower(high01, high23), target + 2 * targetStride);
            Vector128.Store(JoinUpper(high01, high23), target + 3 * targetStride);
        }

        for (; column < columns; column++, target += targetStride)
            (target[0], target[1], target[2], target[3]) = (row0[column], row1[column], row2[column], row3[column]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeTwo(float* row0, float* row1, int columns, float* target, long targetStride)
    {
        var column = 0;
        for (; column + 4 <= columns; column += 4, target += 4 * targetStride)
        {
            var r0 = Vector128.Load(row0 + column);
            var r1 = Vector128.Load(row1 + column);
            var low = InterleaveLow(r0, r1);
            var high = InterleaveHigh(r0, r1);
            Vector64.Store(low.GetLower(), target);
            Vector64.Store(low.GetUpper(), target + targetStride);
            Vector64.Store(high.GetLower(), target + 2 * targetStride);
            Vector64.Store(high.GetUpper(), target + 3 * targetStride);
        }

        for (; column < columns; column++, target += targetStride) (target[0], target[1]) = (row0[column], row1[column]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> InterleaveLow(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> InterleaveHigh(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> JoinLower(Vector128<float> a, Vector128<float> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a.AsDouble(), b.AsDouble()).AsSingle() : Vector128.Create(a.GetLower(), b.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> JoinUpper(Vector128<float> a, Vector128<float> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a.AsDouble(), b.AsDouble()).AsSingle() : Vector128.Create(a.GetUpper(), b.GetUpper());
}
