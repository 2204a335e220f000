using Kernels.Models;

namespace Kernels.Perf.Rows.Sample;

/// <summary>A trained model with a long document that it was not trained on.</summary>
/// <param name="Files">The model and <c>document.txt</c>.</param>
internal sealed record SampleModel(ModelFiles Files)
{
    private const string Document = "document.txt";
    private const int LargestDocument = 16 << 20;

    /// <summary>The one the command-line tool ships.</summary>
    public static SampleModel Shipped { get; } = new(ModelFiles.InAssembly(typeof(SampleModel).Assembly, "Sample/"));

    /// <summary>Loads the model on <paramref name="device"/>.</summary>
    /// <exception cref="InvalidDataException">It is missing.</exception>
    /// <exception cref="ModelException">It is damaged.</exception>
    public LanguageModel Load(Device device) => Files.Has("config.json")
        ? LanguageModel.Load(Files, device)
        : throw new InvalidDataException($"{Files.Location} holds no sample model: tools/Kernels.Cli/Sample was absent when it was built.");

    /// <summary>The first <paramref name="count"/> tokens of the document.</summary>
    /// <exception cref="InvalidDataException">The document is shorter.</exception>
    public int[] Read(LanguageModel model, int count)
    {
        var tokens = model.Tokenizer.Encode(PromptText.Decode(Document, Files.Read(Document, LargestDocument)));
        return tokens.Count >= count
            ? [.. tokens.Take(count)]
            : throw new InvalidDataException($"{Document} has {tokens.Count} tokens; the row needs {count}.");
    }

    /// <summary>Operations of a pass without its attention: projections of every token, and the head of <paramref name="heads"/> of them.</summary>
    public static double ProjectionFlops(ModelConfig config, int tokens, int heads)
    {
        var attention = (double)config.HiddenSize * config.HeadDim * 2 * (config.QueryHeads + config.KeyHeads);
        var mlp = 3.0 * config.HiddenSize * config.IntermediateSize;
        return 2 * (config.Layers * (attention + mlp) * tokens + (double)config.HiddenSize * config.VocabularySize * heads);
    }

    /// <summary>Operations of the attention of all layers.</summary>
    /// <param name="config">The model.</param>
    /// <param name="pairs">(query, key) pairs of one head of one layer.</param>
    public static double AttentionFlops(ModelConfig config, double pairs) => 4.0 * config.HeadDim * config.QueryHeads * config.Layers * pairs;

    /// <summary>Bytes of the fp32 keys and values of all layers.</summary>
    public static double CacheBytes(ModelConfig config, double tokens) => 2.0 * sizeof(float) * config.Layers * config.KeyHeads * config.HeadDim * tokens;
}
