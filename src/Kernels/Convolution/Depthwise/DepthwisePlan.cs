namespace Kernels;

/// <summary>A depthwise convolution made ready for one device and one shape. Running it allocates nothing.</summary>
/// <remarks>One run at a time. A channel is computed by one thread: results do not depend on the threads.</remarks>
public sealed unsafe class DepthwisePlan : IDisposable
{
    // Tasks per worker with which workers end together.
    private const int TasksPerWorker = 8;

    private readonly CpuDevice _device;
    private readonly CpuDepthwiseProgram _program;
    private readonly PaddedPlane _plane;
    private readonly CpuBuffer _workspace;
    private readonly ParallelAction _channels;
    private readonly int _rows, _columns, _vectors, _tasks;
    private readonly long _workerFloats;
    private float* _input, _weights, _bias, _output;
    private long _inputStride, _weightStride, _outputStride;

    internal DepthwisePlan(CpuDevice device, DepthwiseDeclaration declaration, in DepthwiseShape shape, CpuDepthwiseProgram program)
    {
        (_device, Declaration, Shape, _program) = (device, declaration, shape, program);
        (_rows, _columns) = (declaration.Window.Count(shape.Height), declaration.Window.Count(shape.Width));
        _vectors = (_columns + program.Lanes - 1) / program.Lanes;
        _plane = new PaddedPlane(declaration.Window, shape.Height, shape.Width, program.Lanes);
        _workerFloats = (_plane.Length + _vectors * program.Lanes + CacheLine.Floats - 1) / CacheLine.Floats * CacheLine.Floats;
        _workspace = (CpuBuffer)device.Allocate(sizeof(float) * _workerFloats * device.Workers.Count);
        _channels = new ParallelAction(Channels);
        _tasks = Math.Min(shape.Channels, device.Workers.Count * TasksPerWorker);
    }

    /// <summary>What was declared.</summary>
    public DepthwiseDeclaration Declaration { get; }

    /// <summary>What a run holds.</summary>
    public DepthwiseShape Shape { get; }

    /// <summary>Pixels of an output channel.</summary>
    public int OutputPixels => _rows * _columns;

    /// <summary>Where it runs.</summary>
    public Device Device => _device;

    /// <summary>Bytes the plan holds between runs.</summary>
    public long WorkspaceBytes => _workspace.ByteLength;

    /// <summary>Computes output[c] = epilogue(weights[c] ∗ input[c] + bias[c]).</summary>
    /// <param name="input">fp32 [channels, pixels].</param>
    /// <param name="weights">fp32 [channels, taps], rows of a window after each other.</param>
    /// <param name="bias">fp32 [1, channels].</param>
    /// <param name="output">fp32 [channels, output pixels], apart from the input.</param>
    /// <exception cref="KernelException">An argument does not fit the plan; nothing was written.</exception>
    public void Run(in Tensor input, in Tensor weights, in Tensor bias, in Tensor output)
    {
        Check("input", input, Shape.Channels, Shape.Height * Shape.Width);
        Check("weights", weights, Shape.Channels, Declaration.Window.Taps);
        Check("bias", bias, 1, Shape.Channels);
        Check("output", output, Shape.Channels, OutputPixels);
        if (output.Stride(0) < output[1] && output[0] > 1)
            throw Refuse($"output channels {output.Stride(0)} elements apart", $"a channel has {output[1]} pixels", "Pass a tensor whose channels do not overlap.");
        if (CpuPixels.Overlap(input, output)) throw Refuse("an output that overlaps the input", "convolutions are not computed in place", "Pass another output tensor.");
        _input = CpuPixels.First(input);
        _weights = CpuPixels.First(weights);
        _bias = CpuPixels.First(bias);
        _output = CpuPixels.First(output);
        (_inputStride, _weightStride, _outputStride) = (input.Stride(0), weights.Stride(0), output.Stride(0));
        _device.Workers.Run(_tasks, _channels);
    }

    /// <inheritdoc/>
    public void Dispose() => _workspace.Dispose();

    private void Channels(int task, int worker)
    {
        var plane = (float*)_workspace.Pointer + worker * _workerFloats;
        var end = (int)((task + 1L) * Shape.Channels / _tasks);
        for (var channel = (int)((long)task * Shape.Channels / _tasks); channel < end; channel++)
        {
            _plane.Fill(_input + channel * _inputStride, plane);
            Convolve(plane, _weights + channel * _weightStride, _bias[channel], _output + channel * _outputStride, plane + _plane.Length);
        }
    }

    // The last vector of a row reaches into the next row, which is written after it; where there is none, through room of the worker's.
    private void Convolve(float* plane, float* weights, float bias, float* output, float* room)
    {
        var width = _vectors * _program.Lanes;
        var image = plane;
        for (var row = 0; row < _rows; row++, image += Declaration.Window.Stride * _plane.Pitch)
        {
            var target = output + row * _columns;
            var fits = row * _columns + width <= OutputPixels;
            _program.Row(image, _plane.Pitch, _plane.Odd, weights, bias, fits ? target : room, _vectors);
            if (!fits) new Span<float>(room, _columns).CopyTo(new Span<float>(target, _columns));
        }
    }

    private void Check(string what, in Tensor tensor, int rows, int columns)
    {
        if (CpuPixels.Flaw(what, tensor, Device, rows, columns) is var (received, limit, remedy)) throw Refuse(received, limit, remedy);
    }

    private KernelException Refuse(string received, string limit, string remedy) => new(Declaration.Name, Device.Name, received, limit, remedy);
}
