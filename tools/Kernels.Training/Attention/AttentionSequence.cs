namespace Kernels.Training.Attention;

/// <summary>One sequence's attention inputs and outputs as strided host memory: what the backward pass reads again.</summary>
/// <param name="Query">[tokens, query heads, head dim], tokens <paramref name="Stride"/> floats apart, rotated.</param>
/// <param name="Key">[tokens, key heads, head dim], tokens <paramref name="Stride"/> floats apart, rotated.</param>
/// <param name="Value">[tokens, key heads, head dim], tokens <paramref name="Stride"/> floats apart.</param>
/// <param name="Stride">Floats between tokens of the inputs.</param>
/// <param name="Output">[tokens, query heads, head dim], tokens <paramref name="OutputStride"/> floats apart.</param>
/// <param name="OutputStride">Floats between tokens of the output.</param>
/// <param name="LogSumExp">[tokens, query heads].</param>
/// <param name="Tokens">Tokens of the sequence.</param>
internal readonly unsafe struct AttentionSequence(
    float* Query, float* Key, float* Value, nint Stride, float* Output, nint OutputStride, float* LogSumExp, int Tokens)
{
    public readonly float* Query = Query, Key = Key, Value = Value, Output = Output, LogSumExp = LogSumExp;
    public readonly nint Stride = Stride, OutputStride = OutputStride;
    public readonly int Tokens = Tokens;
}
