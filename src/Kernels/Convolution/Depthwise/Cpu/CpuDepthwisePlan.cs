namespace Kernels;

/// <summary>A depthwise convolution on the processor.</summary>
/// <remarks>A channel is computed by one thread: results do not depend on the threads.</remarks>
internal sealed unsafe class CpuDepthwisePlan : DepthwisePlan
{
    // Tasks per worker with which workers end together.
    private const int TasksPerWorker = 8;

    private readonly CpuDevice _device;
    private readonly CpuDepthwiseProgram _program;
    private readonly CpuBuffer _workspace;
    private readonly ParallelAction _channels;
    private readonly int _rows, _columns, _before, _after, _tasks;
    private readonly long _sharedFloats, _workerFloats;
    private float* _input, _weights, _bias, _output;
    private long _inputStride, _weightStride, _outputStride;

    public CpuDepthwisePlan(CpuDevice device, DepthwiseDeclaration declaration, in DepthwiseShape shape, CpuDepthwiseProgram program)
        : base(device, declaration, shape)
    {
        (_device, _program) = (device, program);
        var window = declaration.Window;
        (_rows, _columns) = (window.Count(shape.Height), window.Count(shape.Width));
        // Floats that vectors of the first and of the last windows of a row reach beyond it.
        _before = window.Padding;
        var lastTile = Math.Max(0, _columns - program.Lanes) * window.Stride;
        _after = Math.Max(0, lastTile + window.Side - 1 - window.Padding + program.Lanes * window.Stride - shape.Width);
        var (rowFloats, pixels) = (Lines(_before + shape.Width + _after), shape.Height * shape.Width);
        _sharedFloats = 2 * rowFloats;
        _workerFloats = Lines(_before + pixels + _after) + (_columns < program.Lanes ? Lines(OutputPixels + program.Lanes) : 0);
        _workspace = (CpuBuffer)device.Allocate(sizeof(float) * (_sharedFloats + _workerFloats * device.Workers.Count));
        new Span<int>(Valid, shape.Width).Fill(-1);
        _channels = new ParallelAction(Channels);
        _tasks = Math.Min(shape.Channels, device.Workers.Count * TasksPerWorker);
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => _workspace.ByteLength;

    private float* Zeros => (float*)_workspace.Pointer + _before;

    private float* Valid => Zeros + _sharedFloats / 2;

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

    private static long Lines(long floats) => (floats + CacheLine.Floats - 1) / CacheLine.Floats * CacheLine.Floats;

    private void Channels(int task, int worker)
    {
        var copy = (float*)_workspace.Pointer + _sharedFloats + worker * _workerFloats + _before;
        var pixels = Shape.Height * Shape.Width;
        var windows = new DepthwiseChannel
        {
            Height = Shape.Height, Width = Shape.Width, Zeros = Zeros, Valid = Valid, Rows = _rows, Columns = _columns,
        };
        var end = (int)((task + 1L) * Shape.Channels / _tasks);
        for (var channel = (int)((long)task * Shape.Channels / _tasks); channel < end; channel++)
        {
            windows.Image = _input + channel * _inputStride;
            // Only what lies between other channels can be reached beyond.
            if (channel * _inputStride < _before || (Shape.Channels - 1 - channel) * _inputStride < _after)
            {
                new Span<float>(windows.Image, pixels).CopyTo(new Span<float>(copy, pixels));
                windows.Image = copy;
            }

            windows.Weights = _weights + channel * _weightStride;
            windows.Bias = _bias[channel];
            var output = _output + channel * _outputStride;
            // Rows that do not fill a vector reach into what follows them: through room of the worker's.
            windows.Output = _columns < _program.Lanes ? copy - _before + Lines(_before + pixels + _after) : output;
            _program.Channel(&windows);
            if (windows.Output != output) new Span<float>(windows.Output, OutputPixels).CopyTo(new Span<float>(output, OutputPixels));
        }
    }
}
