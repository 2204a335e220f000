namespace Kernels.Models.Tests;

/// <summary>Progress told on the calling thread.</summary>
internal sealed class Inline(Action<int> report) : IProgress<int>
{
    public void Report(int value) => report(value);
}
