namespace Kernels.Models;

/// <summary>Where one head's attention lies and what a method visits of it, on a grid of cells: rows are queries, columns are keys.</summary>
/// <param name="Layer">Layer, counted from 0.</param>
/// <param name="Head">Query head, counted from 0.</param>
/// <param name="Mass">Share of a query's dense attention that falls into a cell's keys, the mean of the cell's queries; a row sums to 1.</param>
/// <param name="Visited">Share of a cell's queries that gave weight to a key of the cell.</param>
/// <param name="Density">Visited pairs ÷ the pairs of dense attention, over the heads that share this head's keys; 0 to 1.</param>
/// <param name="Recall">Share of a query's dense attention that lies on visited keys, the mean of the queries; 0 to 1.</param>
public sealed record HeadInspection(int Layer, int Head, float[,] Mass, float[,] Visited, double Density, double Recall);
