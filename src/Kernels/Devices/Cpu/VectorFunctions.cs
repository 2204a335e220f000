using System.ComponentModel;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>Element-wise operations that generated code needs and the vector types lack. Exactly the scalar operation in each lane.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class VectorFunctions
{
    /// <summary><see cref="MathF.Pow"/> of each lane.</summary>
    public static Vector128<float> Pow(Vector128<float> x, Vector128<float> y) =>
        Vector128.Create(MathF.Pow(x[0], y[0]), MathF.Pow(x[1], y[1]), MathF.Pow(x[2], y[2]), MathF.Pow(x[3], y[3]));

    /// <inheritdoc cref="Pow(Vector128{float}, Vector128{float})"/>
    public static Vector256<float> Pow(Vector256<float> x, Vector256<float> y) =>
        Vector256.Create(Pow(x.GetLower(), y.GetLower()), Pow(x.GetUpper(), y.GetUpper()));

    /// <inheritdoc cref="Pow(Vector128{float}, Vector128{float})"/>
    public static Vector512<float> Pow(Vector512<float> x, Vector512<float> y) =>
        Vector512.Create(Pow(x.GetLower(), y.GetLower()), Pow(x.GetUpper(), y.GetUpper()));

    /// <summary><c>x &lt;&lt; count</c> in each lane; counts are taken modulo 32, as in C#.</summary>
    public static Vector128<int> ShiftLeft(Vector128<int> x, Vector128<int> count) =>
        Vector128.Create(x[0] << count[0], x[1] << count[1], x[2] << count[2], x[3] << count[3]);

    /// <inheritdoc cref="ShiftLeft(Vector128{int}, Vector128{int})"/>
    public static Vector256<int> ShiftLeft(Vector256<int> x, Vector256<int> count) =>
        Vector256.Create(ShiftLeft(x.GetLower(), count.GetLower()), ShiftLeft(x.GetUpper(), count.GetUpper()));

    /// <inheritdoc cref="ShiftLeft(Vector128{int}, Vector128{int})"/>
    public static Vector512<int> ShiftLeft(Vector512<int> x, Vector512<int> count) =>
        Vector512.Create(ShiftLeft(x.GetLower(), count.GetLower()), ShiftLeft(x.GetUpper(), count.GetUpper()));

    /// <summary><c>x &gt;&gt; count</c> in each lane; counts are taken modulo 32, as in C#.</summary>
    public static Vector128<int> ShiftRightArithmetic(Vector128<int> x, Vector128<int> count) =>
        Vector128.Create(x[0] >> count[0], x[1] >> count[1], x[2] >> count[2], x[3] >> count[3]);

    /// <inheritdoc cref="ShiftRightArithmetic(Vector128{int}, Vector128{int})"/>
    public static Vector256<int> ShiftRightArithmetic(Vector256<int> x, Vector256<int> count) =>
        Vector256.Create(ShiftRightArithmetic(x.GetLower(), count.GetLower()), ShiftRightArithmetic(x.GetUpper(), count.GetUpper()));

    /// <inheritdoc cref="ShiftRightArithmetic(Vector128{int}, Vector128{int})"/>
    public static Vector512<int> ShiftRightArithmetic(Vector512<int> x, Vector512<int> count) =>
        Vector512.Create(ShiftRightArithmetic(x.GetLower(), count.GetLower()), ShiftRightArithmetic(x.GetUpper(), count.GetUpper()));

    /// <summary><c>x &gt;&gt;&gt; count</c> in each lane; counts are taken modulo 32, as in C#.</summary>
    public static Vector128<int> ShiftRightLogical(Vector128<int> x, Vector128<int> count) =>
        Vector128.Create(x[0] >>> count[0], x[1] >>> count[1], x[2] >>> count[2], x[3] >>> count[3]);

    /// <inheritdoc cref="ShiftRightLogical(Vector128{int}, Vector128{int})"/>
    public static Vector256<int> ShiftRightLogical(Vector256<int> x, Vector256<int> count) =>
        Vector256.Create(ShiftRightLogical(x.GetLower(), count.GetLower()), ShiftRightLogical(x.GetUpper(), count.GetUpper()));

    /// <inheritdoc cref="ShiftRightLogical(Vector128{int}, Vector128{int})"/>
    public static Vector512<int> ShiftRightLogical(Vector512<int> x, Vector512<int> count) =>
        Vector512.Create(ShiftRightLogical(x.GetLower(), count.GetLower()), ShiftRightLogical(x.GetUpper(), count.GetUpper()));
}
