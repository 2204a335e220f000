using System.Runtime.InteropServices;
using Kernels.Models;
using Kernels.Perf.Checking;

namespace Kernels.Perf.Rows.Sample;

/// <summary>The sample model is fed its document one token at a time from the beginning, as in generation: one run is all tokens.</summary>
/// <param name="Name">Name of the row.</param>
/// <param name="Model">The model and its document.</param>
/// <param name="Tokens">Tokens of a run.</param>
internal sealed record DecodeSampleRow(string Name, SampleModel Model, int Tokens = 256) : IRatioRow
{
    public string Description => $"the sample model is fed {Tokens} tokens one at a time; seconds are those of all";

    public Bound Bound => Bound.Memory;

    public PreparedRow Prepare(RowSetup setup)
    {
        var model = Model.Load(setup.Device);
        var config = model.Config;
        LanguageSession? session = null;
        var prepared = new PreparedRow
        {
            Work = () => new RowWork(
                SampleModel.ProjectionFlops(config, Tokens, Tokens) + SampleModel.AttentionFlops(config, Tokens * (Tokens + 1.0) / 2),
                (double)Tokens * model.WeightBytes + SampleModel.CacheBytes(config, Tokens * (Tokens + 1.0) / 2)),
            Observations = () => new Dictionary<string, double> { ["tokens_per_second"] = session!.Statistics.DecodeTokensPerSecond },
        };
        prepared.Keep(model);
        try
        {
            var tokens = Model.Read(model, Tokens);
            var check = LlamaDefinition.Check(Model.Files, tokens, Tokens);
            var one = prepared.Keep(model.CreateSession(new SessionOptions { Length = Tokens, ChunkLength = 1 }));
            session = one;
            var answer = prepared.Keep(setup.Device.Allocate(sizeof(float) * (long)config.VocabularySize));
            prepared.Times(answer, () =>
            {
                one.Reset();
                one.Prefill([tokens[0]]);
                for (var i = 1; i < tokens.Length; i++) one.Decode(tokens[i]);
                answer.CopyFrom(MemoryMarshal.AsBytes(one.Logits));
            }, () =>
            {
                var logits = new float[config.VocabularySize];
                answer.CopyTo(MemoryMarshal.AsBytes(logits.AsSpan()));
                check.Verify(logits);
            });
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }
}
