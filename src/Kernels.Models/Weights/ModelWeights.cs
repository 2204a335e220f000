using System.Runtime.InteropServices;
using Kernels.Catalog;

namespace Kernels.Models;

/// <summary>A model's weights on one device: packed once, shared by any number of sessions.</summary>
internal sealed class ModelWeights : IDisposable
{
    private readonly ModelConfig _config;
    private readonly ModelTensors _tensors;
    private readonly Device _device;
    private readonly WeightMethod _method;
    private readonly Stack<IDisposable> _owned = new();

    /// <summary>Reads, checks and packs every tensor; takes over <paramref name="tensors"/>.</summary>
    /// <exception cref="ModelException">A tensor is missing or does not fit the configuration.</exception>
    /// <exception cref="KernelException">The device cannot hold a matrix in the method's format.</exception>
    public ModelWeights(ModelConfig config, ModelTensors tensors, Device device, WeightMethod method)
    {
        _config = config;
        _tensors = Own(tensors);
        _device = device;
        _method = method;
        try
        {
            // Before the first byte is packed: a missing tensor must not be found after minutes of work.
            foreach (var (name, shape) in TensorNames.Of(config)) tensors.Require(name, shape);
            Embedding = LoadEmbedding();
            Layers = [.. Enumerable.Range(0, config.Layers).Select(LoadLayer)];
            FinalNorm = LoadVector(TensorNames.FinalNorm, config.HiddenSize);
            Head = Pack(Projections.Dense, config.HiddenSize, (config.TiedHead ? TensorNames.Embedding : TensorNames.Head, config.VocabularySize));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The embedding table in the file's storage, [vocabulary, hidden]; on the cpu it is the mapped file itself.</summary>
    public Tensor Embedding { get; }

    /// <summary>The decoder layers.</summary>
    public IReadOnlyList<LayerWeights> Layers { get; }

    /// <summary>Gain before the head, fp32 [1, hidden].</summary>
    public Tensor FinalNorm { get; }

    /// <summary>The head, always dense.</summary>
    public PackedWeights Head { get; }

    /// <summary>Bytes of packed matrices and vectors on the device.</summary>
    public long PackedBytes { get; private set; }

    /// <summary>Bytes of the embedding table.</summary>
    public long EmbeddingBytes { get; private set; }

    public void Dispose()
    {
        while (_owned.TryPop(out var resource)) resource.Dispose();
    }

    private LayerWeights LoadLayer(int layer)
    {
        var prefix = TensorNames.Layer(layer);
        var (attention, mlp) = (prefix + "self_attn.", prefix + "mlp.");
        var (hidden, inner, queries, keys) =
            (_config.HiddenSize, _config.IntermediateSize, _config.QueryHeads * _config.HeadDim, _config.KeyHeads * _config.HeadDim);
        return new LayerWeights
        {
            Method = _method.Projection,
            AttentionNorm = LoadVector(prefix + "input_layernorm.weight", hidden),
            QueryKeyValue = Pack(_method.Projection, hidden,
                (attention + "q_proj.weight", queries), (attention + "k_proj.weight", keys), (attention + "v_proj.weight", keys)),
            QueryKeyValueBias = _config.QueryKeyValueBias
                ? LoadVector((attention + "q_proj.bias", queries), (attention + "k_proj.bias", keys), (attention + "v_proj.bias", keys)) : null,
            QueryNorm = _config.QueryKeyNorm ? LoadVector(attention + "q_norm.weight", _config.HeadDim) : null,
            KeyNorm = _config.QueryKeyNorm ? LoadVector(attention + "k_norm.weight", _config.HeadDim) : null,
            Output = Pack(_method.Projection, queries, (attention + "o_proj.weight", hidden)),
            OutputBias = _config.OutputBias ? LoadVector(attention + "o_proj.bias", hidden) : null,
            MlpNorm = LoadVector(prefix + "post_attention_layernorm.weight", hidden),
            GateUp = Pack(_method.Projection, hidden, (mlp + "gate_proj.weight", inner), (mlp + "up_proj.weight", inner)),
            GateUpBias = _config.MlpBias ? LoadVector((mlp + "gate_proj.bias", inner), (mlp + "up_proj.bias", inner)) : null,
            Down = Pack(_method.Projection, inner, (mlp + "down_proj.weight", hidden)),
            DownBias = _config.MlpBias ? LoadVector(mlp + "down_proj.bias", hidden) : null,
        };
    }

    private PackedWeights Pack(MatMulKernel kernel, int columns, params ReadOnlySpan<(string Name, int Rows)> parts)
    {
        using var source = new StackedMatrix(_tensors, columns, parts);
        var packed = Own(kernel.Pack(_device, source.Matrix));
        PackedBytes += packed.ByteLength;
        return packed;
    }

    private unsafe Tensor LoadEmbedding()
    {
        var entry = _tensors.Require(TensorNames.Embedding, _config.VocabularySize, _config.HiddenSize);
        EmbeddingBytes = entry.ByteLength;
        var bytes = _tensors.Map(TensorNames.Embedding);
        DeviceBuffer buffer;
        if (_device is CpuDevice cpu)
        {
            Own(bytes);
            buffer = Own(new CpuBuffer(cpu, bytes.Pointer, bytes.ByteLength));
        }
        else
        {
            using (bytes)
            {
                buffer = Own(_device.Allocate(bytes.ByteLength));
                for (long done = 0; done < bytes.ByteLength; done += 1 << 26)
                    buffer.CopyFrom(new ReadOnlySpan<byte>(bytes.Pointer + done, (int)Math.Min(1 << 26, bytes.ByteLength - done)), done);
            }
        }

        return Tensor.Matrix(buffer, entry.Type!.Value, _config.VocabularySize, _config.HiddenSize);
    }

    private Tensor LoadVector(string name, int length) => LoadVector((name, length));

    // Vectors are few and small: they are widened to fp32, which every device's kernels read.
    private Tensor LoadVector(params ReadOnlySpan<(string Name, int Length)> parts)
    {
        var values = new List<float>();
        foreach (var (name, length) in parts)
        {
            var type = _tensors.Require(name, length).Type!.Value;
            using var bytes = _tensors.Map(name);
            for (var i = 0; i < length; i++) values.Add(Widen(bytes.Span, type, i));
        }

        var buffer = Own(_device.Allocate(values.Count * sizeof(float)));
        buffer.CopyFrom(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(values)));
        PackedBytes += buffer.ByteLength;
        return Tensor.Matrix(buffer, ElementType.Float32, 1, values.Count);
    }

    private static float Widen(ReadOnlySpan<byte> bytes, ElementType type, int index) => type switch
    {
        ElementType.BFloat16 => ElementTypes.FromBFloat16(MemoryMarshal.Read<ushort>(bytes[(2 * index)..])),
        ElementType.Float16 => ElementTypes.FromFloat16(MemoryMarshal.Read<ushort>(bytes[(2 * index)..])),
        _ => MemoryMarshal.Read<float>(bytes[(4 * index)..]),
    };

    private T Own<T>(T resource) where T : IDisposable
    {
        _owned.Push(resource);
        return resource;
    }
}
