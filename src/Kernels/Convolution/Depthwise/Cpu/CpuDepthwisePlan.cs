namespace Kernels;

/// <summary>A depthwise convolution on the processor.</summary>
/// <remarks>A channel is computed by one thread: results do not depend on the threads.</remarks>
internal sealed unsafe class CpuDepthwisePlan : DepthwisePlan
{
    // Tasks per worker with which workers end together.
    private const int TasksPerWorker = 8;

    private readonly CpuDevice _device;
    private readonly CpuDepthwiseProgram _program;
    private readonly PaddedPlane _plane;
    private readonly CpuBuffer _workspace;
    private readonly ParallelAction _channels;
    private readonly int _rows, _columns, _tasks;
    private readonly long _workerFloats;
    private float* _input, _weights, _bias, _output;
    private long _inputStride, _weightStride, _outputStride;

    public CpuDepthwisePlan(CpuDevice device, DepthwiseDeclaration declaration, in DepthwiseShape shape, CpuDepthwiseProgram program)
        : base(device, declaration, shape)
    {
        (_device, _program) = (device, program);
        (_rows, _columns) = (declaration.Window.Count(shape.Height), declaration.Window.Count(shape.Width));
        _plane = new PaddedPlane(declaration.Window, shape.Height, shape.Width, program.Lanes);
        var room = _columns < program.Lanes ? OutputPixels + program.Lanes : 0;
        _workerFloats = (_plane.Length + room + CacheLine.Floats - 1) / CacheLine.Floats * CacheLine.Floats;
        _workspace = (CpuBuffer)device.Allocate(sizeof(float) * _workerFloats * device.Workers.Count);
        _channels = new ParallelAction(Channels);
        _tasks = Math.Min(shape.Channels, device.Workers.Count * TasksPerWorker);
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => _workspace.ByteLength;

    /// <inheritdoc/>
    public override void Dispose() => _workspace.Dispose();

    /// <inheritdoc/>
    protected override void RunCore(in Tensor input, in Tensor weights, in Tensor bias, in Tensor output)
    {
        _input = CpuPixels.First(input);
        _weights = CpuPixels.First(weights);
        _bias = CpuPixels.First(bias);
        _output = CpuPixels.First(output);
        (_inputStride, _weightStride, _outputStride) = (input.Stride(0), weights.Stride(0), output.Stride(0));
        _device.Workers.Run(_tasks, _channels);
    }

    private void Channels(int task, int worker)
    {
        var plane = (float*)_workspace.Pointer + worker * _workerFloats;
        var end = (int)((task + 1L) * Shape.Channels / _tasks);
        for (var channel = (int)((long)task * Shape.Channels / _tasks); channel < end; channel++)
        {
            _plane.Fill(_input + channel * _inputStride, plane);
            var output = _output + channel * _outputStride;
            // Rows that do not fill a vector reach into what follows them: through room of the worker's.
            var target = _columns < _program.Lanes ? plane + _plane.Length : output;
            _program.Channel(plane, _plane.Pitch, _plane.Odd, _weights + channel * _weightStride, _bias[channel], target, _rows, _columns);
            if (target != output) new Span<float>(target, OutputPixels).CopyTo(new Span<float>(output, OutputPixels));
        }
    }
}
