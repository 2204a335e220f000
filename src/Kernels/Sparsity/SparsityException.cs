namespace Kernels;

/// <summary>A mask, a sparse matrix or a pruning request was refused: names the object, the value, the limit and the way out.</summary>
public sealed class SparsityException : ArgumentException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="subject">The matrix, mask or argument.</param>
    /// <param name="received">What was received.</param>
    /// <param name="limit">What is required.</param>
    /// <param name="remedy">What the caller can do.</param>
    public SparsityException(string subject, string received, string limit, string remedy)
        : base($"{subject}: received {received}, but {limit}. {remedy}")
    {
        Subject = subject;
        Received = received;
        Limit = limit;
        Remedy = remedy;
    }

    /// <summary>The matrix, mask or argument.</summary>
    public string Subject { get; }

    /// <summary>What was received.</summary>
    public string Received { get; }

    /// <summary>What is required.</summary>
    public string Limit { get; }

    /// <summary>What the caller can do.</summary>
    public string Remedy { get; }
}
