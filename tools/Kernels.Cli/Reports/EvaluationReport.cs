using System.Text.Json.Serialization;

namespace Kernels.Cli.Reports;

/// <summary>What <c>kernels evaluate --json</c> prints.</summary>
internal sealed record EvaluationReport
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Name of the device.</summary>
    public required string Device { get; init; }

    /// <summary>Name of the attention method.</summary>
    public required string Attention { get; init; }

    /// <summary>Name of the weight method.</summary>
    public required string Weights { get; init; }

    /// <summary>Tokens of the text.</summary>
    public required int Tokens { get; init; }

    /// <summary>Windows of at most the context the text was cut into, each read without knowledge of those before it.</summary>
    public required int Windows { get; init; }

    /// <summary>exp of the mean negative log-likelihood of the predicted tokens.</summary>
    public required double Perplexity { get; init; }

    /// <summary>Reading the text.</summary>
    public required PrefillReport Prefill { get; init; }

    /// <summary>Most bytes held at once for weights, KV cache and workspace.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>What the plan counts for them.</summary>
    public required long PlannedMemoryBytes { get; init; }

    /// <summary>The same text with dense attention and dense weights; absent where that is what was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EvaluationReport? Dense { get; init; }

    /// <summary>Sparse against dense over every position of the text; absent with <see cref="Dense"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AgreementReport? Agreement { get; init; }
}
