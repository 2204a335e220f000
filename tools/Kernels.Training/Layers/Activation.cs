namespace Kernels.Training.Layers;

/// <summary>A [rows, columns] block of fp32 activations on a cpu device, seen both as a tensor and as a pointer.</summary>
internal sealed unsafe class Activation : IDisposable
{
    private readonly CpuBuffer _buffer;

    public Activation(CpuDevice device, int rows, int columns)
    {
        (Rows, Columns) = (rows, columns);
        _buffer = (CpuBuffer)device.Allocate((long)rows * columns * sizeof(float));
    }

    public int Rows { get; }

    public int Columns { get; }

    public float* Pointer => (float*)_buffer.Pointer;

    public DeviceBuffer Buffer => _buffer;

    public Tensor Tensor => Tensor.Matrix(_buffer, ElementType.Float32, Rows, Columns);

    public long Length => (long)Rows * Columns;

    public void Dispose() => _buffer.Dispose();
}
