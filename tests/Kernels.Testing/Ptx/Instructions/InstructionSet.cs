namespace Kernels.Testing.Ptx;

/// <summary>The instructions by name.</summary>
internal static class InstructionSet
{
    private static readonly Dictionary<string, Func<Decoder, Instruction>> ByName = new(
    [
        .. IntegerInstructions.All, .. ArithmeticInstructions.All, .. ConversionInstructions.All, .. PredicateInstructions.All,
        .. MemoryInstructions.All, .. AsyncCopyInstructions.All, .. ControlInstructions.All, .. LaneExchangeInstructions.All,
        .. MatrixInstructions.All,
    ]);

    public static Instruction Decode(Decoder decoder)
    {
        if (!ByName.TryGetValue(decoder.Name, out var decode)) throw decoder.Error("unknown instruction");
        var instruction = decode(decoder);
        decoder.Finish();
        return instruction;
    }
}
