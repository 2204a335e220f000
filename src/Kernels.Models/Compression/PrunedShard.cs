using System.Diagnostics;
using Kernels.Compression;

namespace Kernels.Models;

/// <summary>The tensors of one shard while its matrices are pruned, and what is reported of them.</summary>
/// <param name="before">What was done before this shard.</param>
/// <param name="pattern">The pattern that was asked for; it decides how matrices are stored.</param>
internal sealed class PrunedShard(CompressionState before, SparsityPattern pattern)
{
    private readonly SparseStorage _storage = SparseStorage.For(pattern);
    private readonly List<SafetensorsTensor> _tensors = [];
    private readonly List<TensorReport> _reports = [];
    private long _kept = before.Kept, _count = before.Count;

    /// <summary>The tensors so far.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors => _tensors;

    /// <summary>What will have been done once the shard is written.</summary>
    public CompressionState State => new(before.Request, before.Layers + 1, _kept, _count, [.. before.Tensors, .. _reports]);

    /// <summary>Whether every matrix is 2:4.</summary>
    public bool IsTwoOfFour => _storage.IsTwoOfFour;

    /// <summary>Adds a tensor that is not pruned.</summary>
    public void Keep(SafetensorsTensor tensor) => _tensors.Add(tensor);

    /// <summary>Prunes a matrix.</summary>
    /// <param name="label">Its name in the report.</param>
    /// <param name="name">Its name in the file.</param>
    /// <param name="original">Its weights.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="type">How its values are stored.</param>
    /// <param name="method">Chooses what stays.</param>
    /// <param name="allowed">The pattern with the matrix's own sparsity.</param>
    /// <param name="statistics">What is known of its inputs.</param>
    /// <returns>The weights as they are stored; dropped ones are zero.</returns>
    public float[] Prune(
        string label, string name, float[] original, int rows, ElementType type, PruningMethod method, SparsityPattern allowed, InputStatistics? statistics = null)
    {
        var start = Stopwatch.GetTimestamp();
        var (weights, columns) = ((float[])original.Clone(), original.Length / rows);
        var mask = method.Prune(weights, rows, columns, allowed, statistics);
        var stored = FloatStorage.Decode(FloatStorage.Encode(weights, type), type);
        var error = ReconstructionError.Relative(original, stored, rows, columns, statistics);
        Add(label, _storage.Write(name, weights, mask, pattern, type), error, mask.Kept, weights.Length, start);
        return stored;
    }

    /// <summary>Prunes a matrix to 2:4 by magnitude as it is stored.</summary>
    public void PruneStored(string name, TensorBytes bytes, SafetensorsEntry entry, WorkerTeam workers)
    {
        var start = Stopwatch.GetTimestamp();
        var (parts, error) = TwoOfFourStream.Prune(name, bytes, entry, workers);
        var count = entry.Shape[0] * entry.Shape[1];
        Add(name, parts, error, count / 2, count, start);
    }

    private void Add(string label, IReadOnlyList<SafetensorsTensor> parts, double error, long kept, long count, long start)
    {
        _tensors.AddRange(parts);
        _reports.Add(new TensorReport(label, (double)kept / count, error, Stopwatch.GetElapsedTime(start).TotalSeconds));
        (_kept, _count) = (_kept + kept, _count + count);
    }
}
