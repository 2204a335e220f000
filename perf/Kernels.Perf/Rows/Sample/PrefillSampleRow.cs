using System.Runtime.InteropServices;
using Kernels.Models;
using Kernels.Perf.Checking;
using Kernels.Perf.Timing;

namespace Kernels.Perf.Rows.Sample;

/// <summary>The sample model reads its document with AnchorAttention: everything from token ids to the logits after the last token.</summary>
/// <remarks>
/// own-dense reads it with dense attention. Logits after the opening of the document are checked against fp64; those after the
/// whole, which fp64 cannot reach in reasonable time, against a session that reads the document in one chunk.
/// </remarks>
/// <param name="Name">Name of the row.</param>
/// <param name="Model">The model and its document.</param>
/// <param name="Tokens">Tokens of the document.</param>
internal sealed record PrefillSampleRow(string Name, SampleModel Model, int Tokens) : IRatioRow
{
    // Within the first group, where AnchorAttention is dense.
    private const int Opening = 160;

    public string Description => $"the sample model reads {Tokens} tokens of its document, anchor attention";

    public Bound Bound => Bound.Compute;

    public PreparedRow Prepare(RowSetup setup)
    {
        var model = Model.Load(setup.Device);
        var config = model.Config;
        Pass? own = null;
        var prepared = new PreparedRow
        {
            Work = () => new RowWork(
                SampleModel.ProjectionFlops(config, Tokens, 1) + SampleModel.AttentionFlops(config, own!.Density * Tokens * (Tokens + 1.0) / 2),
                model.WeightBytes + SampleModel.CacheBytes(config, Tokens)),
            Observations = () => new Dictionary<string, double>
            {
                ["density"] = own!.Density,
                ["tokens_per_second"] = own.TokensPerSecond,
            },
        };
        prepared.Keep(model);
        try
        {
            var tokens = Model.Read(model, Tokens);
            var opening = LlamaDefinition.Check(Model.Files, tokens[..Math.Min(Opening, Tokens)], Tokens);
            own = new Pass(prepared, model, AttentionMethod.Anchor, tokens, opening);
            prepared.Times(own.Answer, own.Run, own.Verify);
            if (setup.WithBaselines)
                prepared.Against("own-dense", () =>
                {
                    var dense = new Pass(prepared, model, AttentionMethod.Dense, tokens, opening);
                    return new Contender("own-dense", dense.Run, dense.Verify);
                });
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private sealed class Pass
    {
        private readonly LanguageSession _session;
        private readonly int[] _tokens;
        private readonly LogitsCheck _opening;
        private readonly Lazy<LogitsCheck> _whole;

        public Pass(PreparedRow prepared, LanguageModel model, AttentionMethod attention, int[] tokens, LogitsCheck opening)
        {
            var options = new SessionOptions { Length = tokens.Length, Attention = attention };
            _session = prepared.Keep(model.CreateSession(options));
            (_tokens, _opening) = (tokens, opening);
            Answer = prepared.Keep(model.Device.Allocate(sizeof(float) * (long)model.Config.VocabularySize));
            _whole = new(() =>
            {
                using var session = model.CreateSession(options with { ChunkLength = tokens.Length });
                session.Prefill(tokens);
                return new LogitsCheck(Array.ConvertAll(session.Logits.ToArray(), value => (double)value), "one chunk");
            });
        }

        public DeviceBuffer Answer { get; }

        public double Density { get; private set; }

        public double TokensPerSecond { get; private set; }

        public void Run()
        {
            _session.Reset();
            _session.Prefill(_tokens);
            Answer.CopyFrom(MemoryMarshal.AsBytes(_session.Logits));
            Density = _session.Statistics.AttentionDensity;
            TokensPerSecond = _session.Statistics.PrefillTokensPerSecond;
        }

        public void Verify()
        {
            var logits = new float[_session.VocabularySize];
            Answer.CopyTo(MemoryMarshal.AsBytes(logits.AsSpan()));
            _whole.Value.Verify(logits);
            _session.Reset();
            _session.Prefill(_tokens[..Math.Min(Opening, _tokens.Length)]);
            _opening.Verify(_session.Logits);
        }
    }
}
