namespace Kernels.Testing.Ptx;

/// <summary>The operations that inner loops consist of.</summary>
internal static class FrequentOperations
{
    public readonly struct Copy : IOperation
    {
        public static ulong Apply(ulong a, ulong b, ulong c) => a;
    }

    public readonly struct Add : IOperation
    {
        public static ulong Apply(ulong a, ulong b, ulong c) => a + b;
    }

    public readonly struct Subtract : IOperation
    {
        public static ulong Apply(ulong a, ulong b, ulong c) => a - b;
    }

    public readonly struct MultiplyLow : IOperation
    {
        public static ulong Apply(ulong a, ulong b, ulong c) => a * b;
    }

    public readonly struct MultiplyAddLow : IOperation
    {
        public static ulong Apply(ulong a, ulong b, ulong c) => a * b + c;
    }

    public readonly struct MultiplyWide : IOperation
    {
        public static ulong Apply(ulong a, ulong b, ulong c) => (ulong)(uint)a * (uint)b;
    }

    public readonly struct ShiftLeft : IOperation
    {
        public static ulong Apply(ulong a, ulong b, ulong c) => (uint)b < 32 ? a << (int)b : 0;
    }

    public readonly struct AddSingle : IOperation
    {
        public static ulong Apply(ulong a, ulong b, ulong c) => Bits.Of(Bits.Single(a) + Bits.Single(b));
    }

    public readonly struct SubtractSingle : IOperation
    {
        public static ulong Apply(ulong a, ulong b, ulong c) => Bits.Of(Bits.Single(a) - Bits.Single(b));
    }

    public readonly struct MultiplySingle : IOperation
    {
        public static ulong Apply(ulong a, ulong b, ulong c) => Bits.Of(Bits.Single(a) * Bits.Single(b));
    }

    public readonly struct FuseSingle : IOperation
    {
        public static ulong Apply(ulong a, ulong b, ulong c) => Bits.Of(MathF.FusedMultiplyAdd(Bits.Single(a), Bits.Single(b), Bits.Single(c)));
    }
}
