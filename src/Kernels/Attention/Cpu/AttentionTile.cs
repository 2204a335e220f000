using System.ComponentModel;

namespace Kernels;

/// <summary>
/// A tile of query rows and its resumable softmax state, as generated SIMD programs see it. All arrays are fp32; a row of
/// <see cref="Query"/> and <see cref="Accumulator"/> is <see cref="CpuAttentionProgram.RowStride"/> floats long.
/// </summary>
/// <remarks>The state (maximum, sum, accumulator) is unnormalised and in base 2: visits may continue with further keys.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct AttentionTile
{
    /// <summary>Queries times <see cref="CpuAttentionProgram.QueryScale"/>, rows padded with zeros.</summary>
    public float* Query;

    /// <summary>Σ 2^(score − maximum)·value per row.</summary>
    public float* Accumulator;

    /// <summary>Running maximum of the base-2 scores, one a row; −∞ before the first key.</summary>
    public float* Maximum;

    /// <summary>Σ 2^(score − maximum), kept as one partial sum per vector lane.</summary>
    public float* Sum;

    /// <summary>Room for the scores of one register tile against one chunk of keys.</summary>
    public float* Scores;

    /// <summary>Rows in use.</summary>
    public int Rows;

    /// <summary>Position of row 0 in the sequence.</summary>
    public int Position;

    /// <summary>Batch index, for masks.</summary>
    public int Batch;

    /// <summary>Query head of row 0, for masks.</summary>
    public int Head;

    /// <summary>Consecutive rows that are heads of one token: row r has head <see cref="Head"/> + r mod Group and position + r div Group.</summary>
    public int Group;
}
