using System.Runtime.InteropServices;
using Kernels.Compression;
using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>Sums over the inputs of a model's linear layers while it reads a text; the tensors of fused projections share their sums.</summary>
/// <remarks>
/// Every forward pass counts as one sequence, so read one sequence a chunk. A head that is computed for the last position only
/// sees that position. Not thread-safe.
/// </remarks>
/// <param name="gram">Whether to sum XXᵀ as well: inputs² values a layer.</param>
public sealed class Calibration(bool gram = false)
{
    private readonly Dictionary<string, InputStatistics> _layers = [];
    private float[] _values = [];

    /// <summary>The sums by the name of the weight tensor, such as <c>model.layers.0.self_attn.q_proj.weight</c>.</summary>
    public IReadOnlyDictionary<string, InputStatistics> Layers => _layers;

    internal ProductObserver Observer => Observe;

    private void Observe(Weight weight, Tensor input)
    {
        if (weight is not TensorWeight tensors) return;
        if (!_layers.TryGetValue(tensors.Parts[0], out var statistics))
        {
            statistics = new InputStatistics(weight.Columns, gram);
            foreach (var part in tensors.Parts) _layers.Add(part, statistics);
        }

        var (rows, columns) = (input[0], input[1]);
        if (_values.Length < rows * columns) _values = new float[rows * columns];
        for (var row = 0; row < rows; row++)
            input.Buffer.CopyTo(MemoryMarshal.AsBytes(_values.AsSpan(row * columns, columns)), (input.Offset + row * input.Stride(0)) * sizeof(float));
        statistics.Add(_values.AsSpan(0, rows * columns));
    }
}
