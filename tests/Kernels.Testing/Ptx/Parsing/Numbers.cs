using System.Globalization;

namespace Kernels.Testing.Ptx;

/// <summary>The constants of PTX (PTX ISA, 4.5).</summary>
internal static class Numbers
{
    public static Operand Parse(Token token)
    {
        var text = token.Text;
        if (text.StartsWith("0f", StringComparison.OrdinalIgnoreCase) && text.Length == 10)
            return new FloatOperand(BitConverter.UInt32BitsToSingle(uint.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        if (text.StartsWith("0d", StringComparison.OrdinalIgnoreCase) && text.Length == 18)
            return new FloatOperand(BitConverter.UInt64BitsToDouble(ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        var digits = text.TrimEnd('U', 'u');
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && ulong.TryParse(digits.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var bits))
            return new IntegerOperand(bits);
        if (ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out bits)) return new IntegerOperand(bits);
        if (text.Contains('.') && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) return new FloatOperand(value);
        throw new PtxException(token.Line, $"'{text}' is not a number");
    }

    /// <summary>The bits of <paramref name="operand"/> in an element of <paramref name="type"/>.</summary>
    public static ulong Bits(Operand operand, PtxType type, int line)
    {
        var mask = type.Bytes() == 8 ? ulong.MaxValue : (1UL << 8 * type.Bytes()) - 1;
        return (operand, type) switch
        {
            (FloatOperand number, PtxType.F32 or PtxType.B32) => BitConverter.SingleToUInt32Bits((float)number.Value),
            (FloatOperand number, PtxType.F64 or PtxType.B64) => BitConverter.DoubleToUInt64Bits(number.Value),
            (IntegerOperand number, _) when !type.IsFloat() => number.Bits & mask,
            _ => throw new PtxException(line, $"a constant of another kind stands where {type.Name()} belongs"),
        };
    }
}
