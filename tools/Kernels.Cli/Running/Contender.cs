using Kernels.Cli.Errors;
using Kernels.Cli.Reports;
using Kernels.Models;

namespace Kernels.Cli.Running;

/// <summary>One way of running the model: its weights, its session, and the bytes they hold.</summary>
internal sealed class Contender : IDisposable
{
    private const int WarmUpTokens = 256;

    private readonly LoadedWeights _weights;
    private readonly long _sessionBytes;

    /// <summary>Plans a session.</summary>
    /// <param name="weights">Shared with other contenders; not disposed here.</param>
    /// <param name="options">What to plan for.</param>
    public Contender(LoadedWeights weights, SessionOptions options)
    {
        _weights = weights;
        var before = weights.Model.Device.AllocatedBytes;
        Session = weights.Model.CreateSession(options);
        _sessionBytes = weights.Model.Device.AllocatedBytes - before;
    }

    /// <summary>The session.</summary>
    public LanguageSession Session { get; }

    /// <summary>Its model.</summary>
    public LanguageModel Model => _weights.Model;

    /// <summary>Name of the attention method.</summary>
    public string Attention => Session.Options.Attention.Name;

    /// <summary>Name of the weight method.</summary>
    public string Weights => Model.WeightMethod.Name;

    /// <summary>The methods that are not dense, for headings.</summary>
    public string Label => (Attention, Weights) switch
    {
        (var attention, "dense" or "stored") => attention,
        ("dense", var weights) => weights,
        var (attention, weights) => $"{attention}, {weights}",
    };

    /// <summary>Bytes held since the session was planned: buffers of weights, KV cache and workspace, and mapped weights.</summary>
    public long HeldBytes => _weights.HeldBytes + _sessionBytes;

    /// <summary>The same as the plan counts it.</summary>
    public long PlannedBytes => Session.Explain().TotalBytes;

    /// <summary>How the prompt was read.</summary>
    public PrefillReport Prefill
    {
        get
        {
            var statistics = Session.Statistics;
            return new PrefillReport(statistics.PrefillSeconds, statistics.PrefillTokensPerSecond, statistics.AttentionDensity);
        }
    }

    /// <summary>How fast tokens were written.</summary>
    public DecodeReport Decode
    {
        get
        {
            var statistics = Session.Statistics;
            return new DecodeReport(statistics.DecodeTokens > 0 ? statistics.DecodeTokensPerSecond : null);
        }
    }

    /// <summary>Reads the opening of a text and forgets it, so that compiling is not measured with the text.</summary>
    public void WarmUp(IReadOnlyList<int> tokens)
    {
        Session.Append([.. tokens.Take(Math.Min(WarmUpTokens, Session.Options.ChunkLength))]);
        Session.Reset();
    }

    /// <summary>The logits after the last token, as a copy.</summary>
    /// <exception cref="InputException">One of them is no number.</exception>
    public float[] LastLogits()
    {
        var logits = Session.Logits.ToArray();
        for (var token = 0; token < logits.Length; token++)
            if (!float.IsFinite(logits[token]))
                throw new InputException(
                    $"{Model.Name}: the logit of token {token} after the prompt is {logits[token]}; the weights may be damaged or overflow.");
        return logits;
    }

    /// <inheritdoc/>
    public void Dispose() => Session.Dispose();
}
