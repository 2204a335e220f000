namespace Kernels.Perf.Checking;

/// <summary>A contender's answer is not what the definition gives; it must not be timed.</summary>
internal sealed class WrongAnswerException(string message) : Exception(message);
