namespace Kernels.Perf.Timing;

/// <summary>Something to be timed whose answer can be checked.</summary>
/// <param name="Name">The row itself is <c>own</c>; a baseline has the name of its ratio.</param>
/// <param name="Run">One run; leaves its answer where <paramref name="Verify"/> finds it.</param>
/// <param name="Verify">Checks the answer of the last run; throws <see cref="Checking.WrongAnswerException"/>.</param>
internal sealed record Contender(string Name, Action Run, Action Verify);
