namespace Kernels.Perf.Checking;

/// <summary>Checks logits against those of another computation.</summary>
/// <param name="expected">One number per token of the vocabulary.</param>
/// <param name="source">Where they come from, for messages.</param>
internal sealed class LogitsCheck(double[] expected, string source)
{
    // fp32 activations drift by about 1e-5 over some layers.
    private const double Limit = 1e-3;

    /// <exception cref="WrongAnswerException">A logit differs by more than rounding explains.</exception>
    public void Verify(ReadOnlySpan<float> logits)
    {
        if (logits.Length != expected.Length)
            throw new WrongAnswerException($"The answer has {logits.Length} logits; {expected.Length} were expected.");
        for (var i = 0; i < logits.Length; i++)
            if (!(Math.Abs(logits[i] - expected[i]) <= Limit * Math.Max(1, Math.Abs(expected[i]))))
                throw new WrongAnswerException($"Logit {i} is {logits[i]:g9}; {source} gives {expected[i]:g9} (limit {Limit:g3}).");
    }
}
