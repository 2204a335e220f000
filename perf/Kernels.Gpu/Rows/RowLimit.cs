namespace Kernels.Gpu.Rows;

/// <summary>What a row runs into on a good day.</summary>
internal enum RowLimit
{
    /// <summary>Tensor cores.</summary>
    Compute,

    /// <summary>Multiply-adds of plain lanes.</summary>
    Lanes,

    /// <summary>Memory.</summary>
    Memory,

    /// <summary>The launch of kernels that do next to nothing.</summary>
    Launch,
}
