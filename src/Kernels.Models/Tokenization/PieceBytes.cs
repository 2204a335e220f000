using System.Globalization;
using System.Text;

namespace Kernels.Models;

/// <summary>What SentencePiece pieces stand for: ▁ is a space and <c>&lt;0x0A&gt;</c> a byte.</summary>
internal static class PieceBytes
{
    /// <summary>The bytes of a piece.</summary>
    public static byte[] Of(string piece) =>
        IsByte(piece, out var value) ? [value] : Encoding.UTF8.GetBytes(piece.Replace('▁', ' '));

    /// <summary>The piece that stands for a byte.</summary>
    public static string Name(byte value) => $"<0x{value:X2}>";

    private static bool IsByte(string piece, out byte value)
    {
        value = 0;
        return piece.Length == 6 && piece.StartsWith("<0x", StringComparison.Ordinal) && piece[5] == '>'
            && byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
