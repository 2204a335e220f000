namespace Kernels.Models;

/// <summary>What one gate (of a head, or of a group) learns from one sequence.</summary>
/// <remarks>
/// Rows are query blocks, or single tokens for a gate that serves generation. Row r is projected from its inputs, rotated by its position,
/// and chooses among the first <see cref="Visible"/> blocks.
/// </remarks>
internal sealed class GateExample
{
    /// <summary>[rows, query inputs]: pooled queries as before their rotation.</summary>
    public required double[] Queries { get; init; }

    /// <summary>[blocks, 3 · head dim]: pooled keys as before their rotation.</summary>
    public required double[] Keys { get; init; }

    /// <summary>Position a row is rotated by.</summary>
    public required int[] Positions { get; init; }

    /// <summary>Blocks a row chooses among; the last is its own.</summary>
    public required int[] Visible { get; init; }

    /// <summary>Whether the row's own block is complete; a gate that serves generation gives an incomplete one the logit 0.</summary>
    public required bool[] IsOwnComplete { get; init; }

    /// <summary>Per row, the share each visible block should get: its largest probability, normalised.</summary>
    public required double[][] Targets { get; init; }

    /// <summary>Per row, the share of the attention mass that lies in each visible block.</summary>
    public required double[][] Mass { get; init; }

    /// <summary>The first row that counts: the first quarter sees too few blocks to tell them apart.</summary>
    public int FirstRow => Rows / 4;

    public int Rows => Positions.Length;
}
