namespace Kernels.Models;

/// <summary>The weights of one decoder layer on a device.</summary>
internal sealed record LayerWeights
{
    /// <summary>The product its projections are packed for.</summary>
    public required MatMulKernel Method { get; init; }

    /// <summary>Gain before attention, fp32 [1, hidden].</summary>
    public required Tensor AttentionNorm { get; init; }

    /// <summary>Query, key and value projections stacked by rows.</summary>
    public required PackedWeights QueryKeyValue { get; init; }

    /// <summary>Their biases, fp32 [1, rows].</summary>
    public Tensor? QueryKeyValueBias { get; init; }

    /// <summary>Gain of every query head, fp32 [1, head dim].</summary>
    public Tensor? QueryNorm { get; init; }

    /// <summary>Gain of every key head, fp32 [1, head dim].</summary>
    public Tensor? KeyNorm { get; init; }

    /// <summary>Output projection of attention.</summary>
    public required PackedWeights Output { get; init; }

    /// <summary>Its bias, fp32 [1, hidden].</summary>
    public Tensor? OutputBias { get; init; }

    /// <summary>Gain before the MLP, fp32 [1, hidden].</summary>
    public required Tensor MlpNorm { get; init; }

    /// <summary>Gate and up projections stacked by rows.</summary>
    public required PackedWeights GateUp { get; init; }

    /// <summary>Their biases, fp32 [1, rows].</summary>
    public Tensor? GateUpBias { get; init; }

    /// <summary>Down projection.</summary>
    public required PackedWeights Down { get; init; }

    /// <summary>Its bias, fp32 [1, hidden].</summary>
    public Tensor? DownBias { get; init; }
}
