namespace Kernels.Testing;

/// <summary>Keys selected for the query heads of one key head.</summary>
/// <param name="Visits">[head][row][key], causality aside.</param>
/// <param name="Margin">Smallest distance of a decisive estimate from the other side; +∞ where nothing could be otherwise.</param>
public sealed record SelectedKeys(bool[][][] Visits, double Margin);
