using System.Runtime.Intrinsics;

namespace Kernels.Perf.Limits;

/// <summary>The three widths of <see cref="IFmaOperations{TVector}"/>.</summary>
internal static class FmaOperations
{
    internal readonly struct Bits512 : IFmaOperations<Vector512<float>>
    {
        public static int Lanes => 16;

        public static Vector512<float> Fill(float value) => Vector512.Create(value);

        public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> addend) =>
            Vector512.MultiplyAddEstimate(left, right, addend);

        public static float Sum(Vector512<float> vector) => Vector512.Sum(vector);
    }

    internal readonly struct Bits256 : IFmaOperations<Vector256<float>>
    {
        public static int Lanes => 8;

        public static Vector256<float> Fill(float value) => Vector256.Create(value);

        public static Vector256<float> MultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> addend) =>
            Vector256.MultiplyAddEstimate(left, right, addend);

        public static float Sum(Vector256<float> vector) => Vector256.Sum(vector);
    }

    internal readonly struct Bits128 : IFmaOperations<Vector128<float>>
    {
        public static int Lanes => 4;

        public static Vector128<float> Fill(float value) => Vector128.Create(value);

        public static Vector128<float> MultiplyAdd(Vector128<float> left, Vector128<float> right, Vector128<float> addend) =>
            Vector128.MultiplyAddEstimate(left, right, addend);

        public static float Sum(Vector128<float> vector) => Vector128.Sum(vector);
    }
}
