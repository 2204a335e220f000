namespace Kernels.Perf.Limits;

/// <summary>What the peak loop needs of a vector type; static so that the loop is compiled once per width.</summary>
internal interface IFmaOperations<TVector>
    where TVector : struct
{
    static abstract int Lanes { get; }

    static abstract TVector Fill(float value);

    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    static abstract float Sum(TVector vector);
}
