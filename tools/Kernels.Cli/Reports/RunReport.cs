using System.Text.Json.Serialization;

namespace Kernels.Cli.Reports;

/// <summary>What <c>kernels run --json</c> prints.</summary>
internal sealed record RunReport
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Name of the device.</summary>
    public required string Device { get; init; }

    /// <summary>Name of the attention method.</summary>
    public required string Attention { get; init; }

    /// <summary>Name of the weight method.</summary>
    public required string Weights { get; init; }

    /// <summary>Ids of the prompt, special tokens included.</summary>
    public required IReadOnlyList<int> PromptTokens { get; init; }

    /// <summary>Ids that were generated, without the token that ended the text.</summary>
    public required IReadOnlyList<int> GeneratedTokens { get; init; }

    /// <summary>The generated text.</summary>
    public required string Text { get; init; }

    /// <summary>Why generation ended: <c>length</c> (--max-tokens), <c>stop</c> (end of sequence) or <c>context</c> (no room left).</summary>
    public required string FinishReason { get; init; }

    /// <summary>Reading the prompt.</summary>
    public required PrefillReport Prefill { get; init; }

    /// <summary>Writing on.</summary>
    public required DecodeReport Decode { get; init; }

    /// <summary>Most bytes the run held at once for weights, KV cache and workspace.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>What the plan counts for weights, KV cache and workspace.</summary>
    public required long PlannedMemoryBytes { get; init; }

    /// <summary>Growth of the process's resident set from before the model was opened to its peak; only on the outermost object.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ProcessMemoryGrowthBytes { get; init; }

    /// <summary>The same prompt with dense attention and dense weights; only with <c>--compare</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunReport? Dense { get; init; }

    /// <summary>Sparse against dense over every position of the prompt; only with <c>--compare</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AgreementReport? Agreement { get; init; }
}
