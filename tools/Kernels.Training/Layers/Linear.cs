using System.Runtime.InteropServices;
using Kernels.Catalog;
using Kernels.Training.Numerics;

namespace Kernels.Training.Layers;

/// <summary>
/// Y = X·Wᵀ and its two gradients, all three as dense products of the library: dX = dY·W and dW = dYᵀ·X, each with its
/// second factor packed as weights.
/// </summary>
internal sealed unsafe class Linear : IDisposable
{
    private const int LargestChunk = 2048;
    private readonly CpuDevice _device;
    private readonly int _inputs, _outputs, _chunk;
    private readonly PackedWeights _weights, _transposed, _activations;
    private readonly MatMulPlan _forward, _backward, _gradient;
    private readonly DeviceBuffer _outputTransposed, _product;

    /// <summary>Plans for batches of exactly <paramref name="rows"/> rows.</summary>
    public Linear(CpuDevice device, int inputs, int outputs, int rows)
    {
        (_device, _inputs, _outputs) = (device, inputs, outputs);
        _chunk = Math.Min(rows, LargestChunk);
        if (rows % _chunk != 0)
            throw new ArgumentException($"A batch of {rows} tokens is not a multiple of {_chunk}, the terms one weight-gradient product sums.");
        _forward = Projections.Dense.Plan(device, new MatMulShape(rows, inputs, outputs));
        _backward = Projections.Dense.Plan(device, new MatMulShape(rows, outputs, inputs));
        _gradient = Projections.Dense.Plan(device, new MatMulShape(outputs, _chunk, inputs));
        using var zeros = new Workspace(Math.Max((long)inputs * outputs, (long)inputs * _chunk));
        _weights = Projections.Dense.Pack(device, Matrix(zeros.Pointer, outputs, inputs, transposed: false));
        _transposed = Projections.Dense.Pack(device, Matrix(zeros.Pointer, inputs, outputs, transposed: true));
        _activations = Projections.Dense.Pack(device, Matrix(zeros.Pointer, inputs, _chunk, transposed: true));
        _outputTransposed = device.Allocate((long)outputs * _chunk * sizeof(float));
        _product = device.Allocate((long)outputs * inputs * sizeof(float));
    }

    /// <summary>Takes new weights [outputs, inputs]; <paramref name="training"/> also prepares the backward product.</summary>
    public void Load(float* weights, bool training)
    {
        _weights.Repack(Matrix(weights, _outputs, _inputs, transposed: false));
        if (training) _transposed.Repack(Matrix(weights, _inputs, _outputs, transposed: true));
    }

    /// <summary>Y = X·Wᵀ.</summary>
    public void Forward(Activation x, Activation y) => _forward.Run(x.Tensor, _weights, y.Tensor);

    /// <summary>dX = dY·W.</summary>
    public void BackwardInput(Activation outputGradient, Activation inputGradient) =>
        _backward.Run(outputGradient.Tensor, _transposed, inputGradient.Tensor);

    /// <summary>Adds dYᵀ·X to <paramref name="weightGradient"/> [outputs, inputs].</summary>
    public void BackwardWeights(Activation outputGradient, Activation x, float* weightGradient)
    {
        var transposed = ((CpuBuffer)_outputTransposed).Pointer;
        var product = (float*)((CpuBuffer)_product).Pointer;
        for (var row = 0; row < x.Rows; row += _chunk)
        {
            Transpose(outputGradient.Pointer + (long)row * _outputs, (float*)transposed);
            _activations.Repack(Matrix(x.Pointer + (long)row * _inputs, _inputs, _chunk, transposed: true));
            _gradient.Run(
                Tensor.Matrix(_outputTransposed, ElementType.Float32, _outputs, _chunk), _activations,
                Tensor.Matrix(_product, ElementType.Float32, _outputs, _inputs));
            VectorSpans.Add(product, weightGradient, (long)_outputs * _inputs);
        }
    }

    public void Dispose()
    {
        _forward.Dispose();
        _backward.Dispose();
        _gradient.Dispose();
        _weights.Dispose();
        _transposed.Dispose();
        _activations.Dispose();
        _outputTransposed.Dispose();
        _product.Dispose();
    }

    private static HostMatrix Matrix(float* data, int rows, int columns, bool transposed) =>
        new(MemoryMarshal.AsBytes(new ReadOnlySpan<float>(data, rows * columns)), ElementType.Float32, rows, columns, transposed);

    /// <summary>[chunk, outputs] → [outputs, chunk], in squares that stay in cache.</summary>
    private void Transpose(float* source, float* target)
    {
        const int Side = 16;
        for (var i = 0; i < _chunk; i += Side)
        for (var j = 0; j < _outputs; j += Side)
        {
            var (rows, columns) = (Math.Min(Side, _chunk - i), Math.Min(Side, _outputs - j));
            for (var column = 0; column < columns; column++)
            for (var row = 0; row < rows; row++)
                target[(long)(j + column) * _chunk + i + row] = source[(long)(i + row) * _outputs + j + column];
        }
    }
}
