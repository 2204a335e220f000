namespace Kernels.Testing.Ptx;

/// <summary>A mistake in PTX text, or one that its execution showed.</summary>
/// <param name="line">Line of the text, counted from 1; 0 where no line is to blame.</param>
/// <param name="message">What is wrong.</param>
public sealed class PtxException(int line, string message) : Exception(line == 0 ? message : $"PTX line {line}: {message}")
{
    /// <summary>Line of the text, counted from 1; 0 where no line is to blame.</summary>
    public int Line { get; } = line;
}
