using Xunit;

namespace Kernels.Models.Tests;

public sealed class CalibrationTests
{
    [Fact]
    public void A_session_sums_the_inputs_of_every_linear_layer()
    {
        using var files = new RandomModel(RandomModel.Tiny(ModelArchitecture.Llama));
        using var device = new CpuDevice(2);
        using var model = LanguageModel.Load(files.Path, device);
        using var session = model.CreateSession(new SessionOptions { Length = 90, ChunkLength = 30 });
        var text = Enumerable.Range(0, 90).Select(i => i * i * 7 % 256).ToArray();
        session.Calibration = new Calibration(gram: true);
        session.Prefill(text);

        var layers = session.Calibration.Layers;
        Assert.Equal(2 * 7 + 1, layers.Count);
        Assert.Same(layers["model.layers.1.self_attn.q_proj.weight"], layers["model.layers.1.self_attn.v_proj.weight"]);
        Assert.Equal((40, 90L, 3), (layers["model.layers.1.mlp.down_proj.weight"].Columns, layers["model.layers.1.mlp.down_proj.weight"].Tokens, layers["model.layers.1.mlp.down_proj.weight"].Sequences));

        // Inputs of the first projection by definition: normed embeddings.
        using var tensors = ModelTensors.Open(files.Files);
        var (_, table) = tensors.ReadFloats("model.embed_tokens.weight");
        var (_, gain) = tensors.ReadFloats("model.layers.0.input_layernorm.weight");
        var inputs = text.Select(token =>
        {
            var row = table.AsSpan(token * 24, 24).ToArray();
            var scale = 1 / Math.Sqrt(row.Average(x => (double)x * x) + 1e-5);
            return row.Select((x, j) => x * scale * gain[j]).ToArray();
        }).ToArray();
        var first = layers["model.layers.0.self_attn.k_proj.weight"];
        for (var i = 0; i < 24; i++)
        {
            Assert.Equal(inputs.Sum(x => x[i]), first.Sums[i], 1e-4);
            Assert.Equal(inputs.Sum(x => x[i] * x[i]), first.Squares[i], 1e-4);
            Assert.Equal(inputs.Sum(x => x[i] * x[5]), first.Gram(i, 5), 1e-4);
        }

        session.Calibration = null;
        session.Reset();
        session.Prefill(text);
        Assert.Equal(90, first.Tokens);
    }
}
