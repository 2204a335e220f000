namespace Kernels.Models;

/// <summary>Zeros around an image, alike for rows and columns.</summary>
/// <param name="Before">Before the first pixel.</param>
/// <param name="After">After the last.</param>
internal readonly record struct OnnxPads(int Before, int After)
{
    private const int Most = 7;

    /// <summary>From [rows before, columns before, rows after, columns after].</summary>
    /// <returns>Null where rows and columns differ or a number is out of range.</returns>
    public static OnnxPads? Of(ReadOnlySpan<long> pads) => pads is [var top, var left, var bottom, var right] && top == left && bottom == right && top is >= 0 and <= Most && bottom is >= 0 and <= Most
        ? new OnnxPads((int)top, (int)bottom)
        : null;

    /// <summary>What <c>auto_pad</c> asks for: as many windows as strides, an odd zero after the image or before it.</summary>
    public static OnnxPads Same(int length, int window, int stride, bool isUpper)
    {
        var zeros = Math.Max(0, ((length - 1) / stride * stride) + window - length);
        return isUpper ? new OnnxPads(zeros / 2, zeros - zeros / 2) : new OnnxPads(zeros - zeros / 2, zeros / 2);
    }

    public static OnnxPads operator +(OnnxPads left, OnnxPads right) => new(left.Before + right.Before, left.After + right.After);
}
