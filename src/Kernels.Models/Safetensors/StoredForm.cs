namespace Kernels.Models;

/// <summary>How a file stores a weight matrix, as far as the choice of a kernel goes.</summary>
/// <param name="Format">Dense, 2:4, or groups of outputs that share the inputs they use.</param>
/// <param name="Type">Storage of the values.</param>
/// <param name="GroupRows">Outputs of a group; 1 for single weights, 0 where there are no groups.</param>
internal readonly record struct StoredForm(WeightFormat Format, ElementType Type, int GroupRows = 0);
