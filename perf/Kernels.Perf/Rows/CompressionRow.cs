using System.Runtime.InteropServices;
using Kernels.Compression;
using Kernels.Models;
using Kernels.Perf.Checking;
using Kernels.Perf.Timing;

namespace Kernels.Perf.Rows;

/// <summary>A model of random bf16 weights pruned to 2:4 by magnitude, from its files to those of the pruned model.</summary>
/// <remarks><c>files</c> reads and writes the files of the dense model and does nothing else.</remarks>
/// <param name="Size">Size in the row's name.</param>
/// <param name="Hidden">Channels of the residual stream, a multiple of 64.</param>
/// <param name="Inner">Inner channels of the MLP.</param>
/// <param name="Layers">Decoder layers.</param>
/// <param name="Vocabulary">Rows of the embedding.</param>
internal sealed record CompressionRow(string Size, int Hidden, int Inner, int Layers, int Vocabulary) : IRatioRow
{
    private const int HeadDim = 64, Checked = 4;

    public string Name => $"compress.magnitude.{Size}";

    public string Description => $"a model of {Parameters / 1e6:f0} million random bf16 weights to 2:4 by magnitude, files to files";

    public Bound Bound => Bound.Memory;

    private long Parameters => Layers * (4L * Hidden * Hidden + 3L * Hidden * Inner + 2 * Hidden) + (long)Vocabulary * Hidden + Hidden;

    public PreparedRow Prepare(RowSetup setup)
    {
        var folder = Directory.CreateTempSubdirectory("kernels-perf-compress-").FullName;
        var prepared = new PreparedRow { Work = () => new RowWork(2.0 * Parameters, 2.0 * Parameters * (1 + 0.5 + 1.0 / 16)) };
        prepared.Keep(new Removal(folder));
        try
        {
            var (model, pruned, copy) = (Path.Combine(folder, "model"), Path.Combine(folder, "pruned"), Path.Combine(folder, "copy"));
            WriteModel(model);
            var options = new CompressionOptions { Pattern = SparsityPattern.Parse("2:4"), Method = "magnitude" };
            prepared.Times(prepared.Keep(setup.Device.Allocate(sizeof(float))), () =>
            {
                if (Directory.Exists(pruned)) Directory.Delete(pruned, recursive: true);
                new ModelCompressor(ModelFiles.InFolder(model), options).Write(pruned, setup.Device);
            }, () => Verify(model, pruned));
            if (setup.WithBaselines) prepared.Against("files", () => new Contender("files", () => Copy(model, copy), () => { }));
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private static void Copy(string from, string to)
    {
        if (Directory.Exists(to)) Directory.Delete(to, recursive: true);
        Directory.CreateDirectory(to);
        foreach (var path in Directory.EnumerateFiles(from, "*.safetensors"))
        {
            using var file = SafetensorsFile.Open(path);
            SafetensorsWriter.Write(Path.Combine(to, Path.GetFileName(path)), [.. file.Entries.Select(entry =>
            {
                using var bytes = file.Map(entry);
                return new SafetensorsTensor(entry.Name, entry.DataType, entry.Shape, bytes.Span.ToArray());
            })]);
        }
    }

    /// <summary>Compares the first rows of every layer's down projection with the definition, bit by bit.</summary>
    private void Verify(string model, string pruned)
    {
        for (var layer = 0; layer < Layers; layer++)
        {
            var name = $"model.layers.{layer}.mlp.down_proj";
            using var dense = SafetensorsFile.Open(Path.Combine(model, ShardName(layer)));
            using var sparse = SafetensorsFile.Open(Path.Combine(pruned, ShardName(layer)));
            var expected = TwoOfFour.Prune(Read(dense, name + ".weight", Checked * Inner));
            var (values, bits) = (Read(sparse, name + ".compressed", Checked * Inner / 2), sparse.Map(sparse.Find(name + ".bitmask")!));
            using var _ = bits;
            for (int i = 0, next = 0; i < expected.Length; i++)
            {
                var kept = (bits.Span[i / 8] >> (i % 8) & 1) != 0;
                var actual = kept ? values[next++] : 0;
                if (actual != expected[i]) throw new WrongAnswerException($"{name}: weight {i} is {actual:g9}; {expected[i]:g9} stays.");
            }
        }
    }

    private static float[] Read(SafetensorsFile file, string name, int count)
    {
        using var bytes = file.Map(file.Find(name) ?? throw new WrongAnswerException($"{name} is missing."));
        return Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(bytes.Span)[..count].ToArray(), ElementTypes.FromBFloat16);
    }

    private void WriteModel(string folder)
    {
        Directory.CreateDirectory(folder);
        var random = new Random(Hidden);
        var map = new List<string>();
        for (var layer = 0; layer <= Layers; layer++)
        {
            var tensors = layer < Layers ? Layer(layer, random) : Rest(random);
            SafetensorsWriter.Write(Path.Combine(folder, ShardName(layer)), tensors);
            map.AddRange(tensors.Select(tensor => $"\"{tensor.Name}\":\"{ShardName(layer)}\""));
        }

        File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), "{\"weight_map\":{" + string.Join(',', map) + "}}");
        File.WriteAllText(Path.Combine(folder, "config.json"), $$"""
            {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":{{Hidden}},"intermediate_size":{{Inner}},"num_hidden_layers":{{Layers}},
            "num_attention_heads":{{Hidden / HeadDim}},"num_key_value_heads":{{Hidden / HeadDim}},"head_dim":{{HeadDim}},"vocab_size":{{Vocabulary}},
            "max_position_embeddings":2048,"rms_norm_eps":1e-5,"rope_theta":10000.0,"tie_word_embeddings":true,"hidden_act":"silu"}
            """);
    }

    private SafetensorsTensor[] Layer(int layer, Random random)
    {
        var prefix = $"model.layers.{layer}.";
        return
        [
            .. new[] { "q_proj", "k_proj", "v_proj", "o_proj" }.Select(name => Tensor($"{prefix}self_attn.{name}.weight", random, Hidden, Hidden)),
            Tensor(prefix + "mlp.gate_proj.weight", random, Inner, Hidden), Tensor(prefix + "mlp.up_proj.weight", random, Inner, Hidden),
            Tensor(prefix + "mlp.down_proj.weight", random, Hidden, Inner),
            Tensor(prefix + "input_layernorm.weight", random, Hidden), Tensor(prefix + "post_attention_layernorm.weight", random, Hidden),
        ];
    }

    private SafetensorsTensor[] Rest(Random random) => [Tensor("model.embed_tokens.weight", random, Vocabulary, Hidden), Tensor("model.norm.weight", random, Hidden)];

    // Signs and significands at random, magnitudes from 2⁻⁷ to 2.
    private static SafetensorsTensor Tensor(string name, Random random, params long[] shape)
    {
        var data = new byte[2 * shape.Aggregate(1L, (count, length) => count * length)];
        random.NextBytes(data);
        var words = MemoryMarshal.Cast<byte, ushort>(data.AsSpan());
        for (var i = 0; i < words.Length; i++) words[i] = (ushort)(words[i] & 0x83FF | 0x3C00);
        return new SafetensorsTensor(name, ElementType.BFloat16, shape, data);
    }

    private string ShardName(int shard) => $"model-{shard + 1:D5}-of-{Layers + 1:D5}.safetensors";

    private sealed class Removal(string folder) : IDisposable
    {
        public void Dispose() => Directory.Delete(folder, recursive: true);
    }
}
