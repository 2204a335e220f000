using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>The weights of a model by name, every shape checked; devices read them when they are planned for.</summary>
internal sealed class ModelWeights : IDisposable
{
    private readonly ModelTensors _tensors;
    private readonly TensorWeight _embedding;

    /// <summary>Checks every tensor the configuration calls for; takes over <paramref name="tensors"/>.</summary>
    /// <exception cref="ModelException">A tensor is missing or does not fit the configuration.</exception>
    public ModelWeights(ModelConfig config, ModelTensors tensors)
    {
        _tensors = tensors;
        try
        {
            Embedding = _embedding = TensorWeight.Matrix(tensors, "model.embed_tokens.weight", config.VocabularySize, config.HiddenSize, staysMapped: true);
            Layers = [.. Enumerable.Range(0, config.Layers).Select(layer => new LayerWeights(config, tensors, layer))];
            FinalNorm = TensorWeight.Row(tensors, "model.norm", ("model.norm.weight", config.HiddenSize));
            Head = config.TiedHead ? Embedding : TensorWeight.Matrix(tensors, "lm_head.weight", config.VocabularySize, config.HiddenSize);
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    /// <summary>The embedding table, [vocabulary, hidden].</summary>
    public Weight Embedding { get; }

    /// <summary>The decoder layers.</summary>
    public IReadOnlyList<LayerWeights> Layers { get; }

    /// <summary>Gain before the head.</summary>
    public Weight FinalNorm { get; }

    /// <summary>The head, [vocabulary, hidden]; the embedding table itself where they are tied.</summary>
    public Weight Head { get; }

    public void Dispose()
    {
        _embedding.Dispose();
        _tensors.Dispose();
    }
}
