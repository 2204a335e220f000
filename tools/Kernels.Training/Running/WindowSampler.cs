namespace Kernels.Training.Running;

/// <summary>Chooses training windows: uniform over the text, a pure function of seed, step and index.</summary>
internal static class WindowSampler
{
    /// <summary>First byte of window <paramref name="index"/> of <paramref name="step"/>; the window and its last target fit the text.</summary>
    public static int Start(ulong seed, int step, int index, int textLength, int tokens)
    {
        if (textLength <= tokens)
            throw new ArgumentException($"A text of {textLength} bytes cannot fill windows of {tokens} tokens and a target; use a larger corpus.");
        var state = Mix(Mix(Mix(seed) + (ulong)step) + (ulong)index);
        return (int)(state % (ulong)(textLength - tokens));
    }

    /// <summary>SplitMix64's output function (Steele, Lea, Flood 2014).</summary>
    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
