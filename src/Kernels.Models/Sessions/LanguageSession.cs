using System.Diagnostics;

namespace Kernels.Models;

/// <summary>One text on one model: reads a prompt, continues it, and keeps its keys and values.</summary>
/// <remarks>Not thread-safe; several sessions of one model may run at once where the device allows it.</remarks>
public sealed class LanguageSession : IDisposable
{
    private readonly LanguageModel _model;
    private readonly ForwardPass _forward;
    private readonly float[] _logits;
    private long _visited, _dense;
    private int _prefillTokens, _decodeTokens, _logitsPosition;
    private double _prefillSeconds, _decodeSeconds;

    internal LanguageSession(LanguageModel model, SessionOptions options, ForwardPass forward)
    {
        (_model, Options, _forward) = (model, options, forward);
        _logits = new float[model.Config.VocabularySize];
    }

    /// <summary>What the session was planned for.</summary>
    public SessionOptions Options { get; }

    /// <summary>Most tokens the session holds.</summary>
    public int Length => Options.Length;

    /// <summary>Tokens of the vocabulary.</summary>
    public int VocabularySize => _model.Config.VocabularySize;

    /// <summary>Tokens it holds now.</summary>
    public int Position => _forward.Position;

    /// <summary>Logits after the last token, one per token of the vocabulary; overwritten by the next step.</summary>
    /// <exception cref="ModelException">The session is empty.</exception>
    public ReadOnlySpan<float> Logits
    {
        get
        {
            if (Position == 0) throw new ModelException(_model.Name, "prompt", "empty", "logits follow at least one token", "Read a prompt first.");
            if (_logitsPosition != Position) _forward.LastLogits(_logits);
            _logitsPosition = Position;
            return _logits;
        }
    }

    /// <summary>Where the inputs of every linear layer are summed from now on; null, the default, costs nothing.</summary>
    public Calibration? Calibration { get; set; }

    /// <summary>What the session did so far.</summary>
    public SessionStatistics Statistics => new(
        _prefillTokens, _prefillSeconds, _dense == 0 ? 1 : (double)_visited / _dense, _decodeTokens, _decodeSeconds);

    /// <summary>Every node with its kernel, device and bytes, and the totals: weights, KV cache, workspace.</summary>
    public SessionExplanation Explain() => _forward.Explain();

    /// <summary>Reads a prompt in chunks; afterwards <see cref="Logits"/> foretell the token after it.</summary>
    /// <param name="tokens">The prompt; appended to what the session holds already.</param>
    /// <param name="progress">Told the number of prompt tokens read, after every chunk.</param>
    /// <param name="cancellation">Observed between operations; the chunks read until then stay.</param>
    /// <exception cref="ModelException">The prompt is empty, does not fit, or holds a token outside the vocabulary; nothing was read.</exception>
    public void Prefill(IReadOnlyList<int> tokens, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        Check(tokens);
        for (var done = 0; done < tokens.Count;)
        {
            var count = Math.Min(Options.ChunkLength, tokens.Count - done);
            Append(tokens, done, count, cancellation);
            done += count;
            progress?.Report(done);
        }

        var start = Stopwatch.GetTimestamp();
        _ = Logits;
        _prefillSeconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Appends one chunk of a prompt, whose logits <see cref="ReadLogits"/> then gives row by row.</summary>
    /// <param name="tokens">At most <see cref="SessionOptions.ChunkLength"/> tokens.</param>
    /// <exception cref="ModelException">As for <see cref="Prefill"/>.</exception>
    public void Append(IReadOnlyList<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        Check(tokens);
        if (tokens.Count > Options.ChunkLength)
            throw new ModelException(_model.Name, "chunk", $"{tokens.Count} tokens", $"chunks of up to {Options.ChunkLength} were planned", "Append less at once.");
        Append(tokens, 0, tokens.Count, CancellationToken.None);
    }

    /// <summary>Logits after tokens of the last chunk; of its last token only, where tokens were generated before it and the method keeps only some keys.</summary>
    /// <param name="first">First token, counted within the chunk.</param>
    /// <param name="destination">Receives [tokens, vocabulary]: a whole number of rows.</param>
    /// <exception cref="ModelException">The session was not planned for the logits of every position.</exception>
    public void ReadLogits(int first, Span<float> destination)
    {
        if (!Options.EveryPosition)
            throw new ModelException(_model.Name, "logits", "those of every position", "the session was planned for the last position only",
                $"Create it with {nameof(SessionOptions.EveryPosition)}.");
        var rows = destination.Length / _model.Config.VocabularySize;
        if (rows * _model.Config.VocabularySize != destination.Length || first < 0 || rows < 1 || first > _forward.LastRows - rows)
            throw new ArgumentOutOfRangeException(nameof(first), first, $"Whole rows of {_model.Config.VocabularySize} logits within the last chunk of {_forward.LastRows} tokens can be read.");
        for (var row = 0; row < rows;)
        {
            var count = Math.Min(_forward.HeadRows, rows - row);
            _forward.Logits(first + row, count, destination.Slice(row * _model.Config.VocabularySize, count * _model.Config.VocabularySize));
            row += count;
        }
    }

    /// <summary>Appends a generated token; afterwards <see cref="Logits"/> foretell the next.</summary>
    /// <exception cref="ModelException">The session is full, empty, or the token lies outside the vocabulary.</exception>
    public void Decode(int token)
    {
        if (Position == 0) throw new ModelException(_model.Name, "prompt", "empty", "at least one token is needed before decoding", "Read a prompt first.");
        Check([token]);
        var start = Stopwatch.GetTimestamp();
        _forward.Decode(token, Calibration?.Observer);
        _ = Logits;
        _decodeSeconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
        _decodeTokens++;
    }

    /// <summary>Continues the text: yields each token as it is chosen, and feeds it back.</summary>
    /// <param name="options">How long and how.</param>
    /// <param name="cancellation">Ends the continuation between tokens.</param>
    /// <remarks>
    /// The last token is not fed back, so a session of prompt + MaxTokens − 1 tokens suffices. Ends early at a stop token or
    /// when the session is full.
    /// </remarks>
    public IEnumerable<int> Generate(GenerationOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var sampler = new Sampler(options.Sampling);
        var stops = options.StopTokens ?? _model.Config.EndTokens;
        for (var count = 0; count < options.MaxTokens; count++)
        {
            cancellation.ThrowIfCancellationRequested();
            var token = sampler.Choose(Logits);
            if (stops.Contains(token)) yield break;
            yield return token;
            if (Position == Length) yield break;
            if (count + 1 < options.MaxTokens) Decode(token);
        }
    }

    /// <summary>Forgets the text; statistics start anew.</summary>
    public void Reset()
    {
        Rewind();
        _prefillTokens = _decodeTokens = 0;
        _prefillSeconds = _decodeSeconds = 0;
        _visited = _dense = 0;
    }

    /// <summary>Forgets the text; statistics go on.</summary>
    internal void Rewind()
    {
        _forward.Reset();
        _logitsPosition = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _forward.Dispose();

    private void Append(IReadOnlyList<int> tokens, int first, int count, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var chunk = new int[count];
        for (var i = 0; i < count; i++) chunk[i] = tokens[first + i];
        var work = _forward.Append(chunk, cancellation, Calibration?.Observer);
        _visited += work.Visited;
        _dense += work.Dense;
        _prefillTokens += count;
        _prefillSeconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private void Check(IReadOnlyList<int> tokens)
    {
        if (tokens.Count == 0)
            throw new ModelException(_model.Name, "prompt", "empty", "at least one token is needed", "Give the model something to read.");
        if (tokens.Count > Length - Position)
            throw new ModelException(_model.Name, "prompt", $"{tokens.Count} tokens after {Position}", $"the session holds {Length} (the context is {_model.ContextLength})",
                "Shorten the prompt, ask for fewer tokens, or create a longer session.");
        var vocabulary = _model.Config.VocabularySize;
        for (var i = 0; i < tokens.Count; i++)
            if ((uint)tokens[i] >= (uint)vocabulary)
                throw new ModelException(_model.Name, $"token {i} of the prompt", $"{tokens[i]}", $"the vocabulary is 0 to {vocabulary - 1}", "Encode the text with the model's own tokenizer.");
    }
}
