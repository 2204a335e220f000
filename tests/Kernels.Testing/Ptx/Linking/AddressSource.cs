namespace Kernels.Testing.Ptx;

/// <summary>An address: register or constant, cut to the register's width by <paramref name="Mask"/>, plus offset.</summary>
/// <param name="Slot">Register or constant.</param>
/// <param name="Mask">Bits of it that count.</param>
/// <param name="Offset">Added bytes.</param>
/// <param name="Variable">Space of the variable it names, if it names one.</param>
internal readonly record struct AddressSource(int Slot, ulong Mask, long Offset, StateSpace? Variable)
{
    public unsafe ulong Of(ulong* registers, int lane) => (registers[Slot * Warp.Lanes + lane] & Mask) + (ulong)Offset;
}
