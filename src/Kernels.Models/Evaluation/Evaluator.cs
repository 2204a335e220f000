namespace Kernels.Models;

/// <summary>Reads a text and measures how well it was foretold, block by block, so that memory does not grow with the text.</summary>
/// <remarks>
/// A text longer than a session is read in windows of the session's length, each without knowledge of those before it. The
/// sessions are reset first; afterwards they hold the last window, and their statistics cover every window.
/// </remarks>
public static class Evaluator
{
    private const int BlockBytes = 32 << 20;

    /// <summary>Perplexity of <paramref name="tokens"/>: every token after the first is foretold by those before it.</summary>
    /// <param name="session">A session planned with <see cref="SessionOptions.EveryPosition"/>.</param>
    /// <param name="tokens">At least two tokens.</param>
    /// <param name="progress">Told the number of tokens read.</param>
    /// <param name="cancellation">Observed between blocks.</param>
    public static NextTokenLoss Perplexity(
        LanguageSession session, IReadOnlyList<int> tokens, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        RequireText(tokens, 2);
        var loss = new NextTokenLoss();
        Walk([session], tokens, (logits, next) =>
        {
            if (next is { } token) loss.Add(logits[0].Span, token);
        }, progress, cancellation);
        return loss;
    }

    /// <summary>Reads a text with two sessions in lockstep and compares them at every position.</summary>
    /// <param name="dense">A session planned with <see cref="SessionOptions.EveryPosition"/>.</param>
    /// <param name="sparse">Another, of the same vocabulary and chunk length.</param>
    /// <param name="tokens">At least one token.</param>
    /// <param name="progress">Told the number of tokens read.</param>
    /// <param name="cancellation">Observed between blocks.</param>
    public static Agreement Compare(
        LanguageSession dense, LanguageSession sparse, IReadOnlyList<int> tokens, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        RequireText(tokens, 1);
        var agreement = new Agreement();
        Walk([dense, sparse], tokens, (logits, next) => agreement.Add(logits[0].Span, logits[1].Span, next), progress, cancellation);
        return agreement;
    }

    private static void Walk(
        LanguageSession[] sessions, IReadOnlyList<int> tokens, Action<ReadOnlyMemory<float>[], int?> visit, IProgress<int>? progress, CancellationToken cancellation)
    {
        var vocabulary = sessions[0].VocabularySize;
        if (sessions.Any(session => session.VocabularySize != vocabulary))
            throw new ArgumentException("The sessions have different vocabularies: their logits cannot be compared.", nameof(sessions));
        var (window, chunk) = (sessions.Min(session => session.Length), sessions.Min(session => session.Options.ChunkLength));
        var rows = (int)Math.Clamp(BlockBytes / (4L * vocabulary), 1, 256);
        var blocks = sessions.Select(_ => new float[rows * vocabulary]).ToArray();
        var views = new ReadOnlyMemory<float>[sessions.Length];
        foreach (var session in sessions) session.Reset();
        for (var start = 0; start < tokens.Count;)
        {
            if (start % window == 0)
                foreach (var session in sessions) session.Rewind();
            var part = tokens.Skip(start).Take(Math.Min(chunk, window - start % window)).ToArray();
            foreach (var session in sessions) session.Append(part);
            for (var first = 0; first < part.Length; first += rows)
            {
                cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(rows, part.Length - first);
                for (var i = 0; i < sessions.Length; i++) sessions[i].ReadLogits(first, blocks[i].AsSpan(0, count * vocabulary));
                for (var row = 0; row < count; row++)
                {
                    for (var i = 0; i < sessions.Length; i++) views[i] = blocks[i].AsMemory(row * vocabulary, vocabulary);
                    var next = start + first + row + 1;
                    visit(views, next < tokens.Count ? tokens[next] : null);
                }

                progress?.Report(start + first + count);
            }

            start += part.Length;
        }
    }

    private static void RequireText(IReadOnlyList<int> tokens, int least)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (tokens.Count < least)
            throw new ModelException("evaluation", "text", $"{tokens.Count} tokens", $"at least {least} are needed", "Give a longer text.");
    }
}
