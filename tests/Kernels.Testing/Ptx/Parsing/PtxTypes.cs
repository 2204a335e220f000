namespace Kernels.Testing.Ptx;

/// <summary>Properties of PTX types.</summary>
internal static class PtxTypes
{
    private static readonly Dictionary<string, PtxType> ByName = Enum.GetValues<PtxType>().ToDictionary(type => type.ToString().ToLowerInvariant());

    public static bool TryParse(string name, out PtxType type) => ByName.TryGetValue(name, out type);

    public static string Name(this PtxType type) => "." + type.ToString().ToLowerInvariant();

    public static int Bytes(this PtxType type) => type switch
    {
        PtxType.B8 or PtxType.U8 or PtxType.S8 => 1,
        PtxType.B16 or PtxType.U16 or PtxType.S16 or PtxType.F16 or PtxType.BF16 => 2,
        PtxType.B64 or PtxType.U64 or PtxType.S64 or PtxType.F64 => 8,
        _ => 4,
    };

    public static bool IsSigned(this PtxType type) => type is >= PtxType.S8 and <= PtxType.S64;

    public static bool IsBits(this PtxType type) => type is >= PtxType.B8 and <= PtxType.B64;

    public static bool IsFloat(this PtxType type) => type >= PtxType.F16;

    /// <summary>Whether a register of type <paramref name="register"/> may stand where an instruction wants <paramref name="wanted"/> (PTX ISA, 9.4).</summary>
    public static bool Accepts(this PtxType wanted, PtxType register)
    {
        if (wanted == PtxType.Pred || register == PtxType.Pred) return wanted == register;
        if (wanted.Bytes() != register.Bytes()) return false;
        return wanted == register || wanted.IsBits() || register.IsBits() || !wanted.IsFloat() && !register.IsFloat();
    }
}
