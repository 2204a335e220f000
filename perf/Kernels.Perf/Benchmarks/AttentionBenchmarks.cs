using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Kernels.Perf.Rows;

namespace Kernels.Perf.Benchmarks;

/// <summary>Causal dense attention by length and head dimension; answers are checked by the rows of the ratios command.</summary>
public class AttentionBenchmarks
{
    private const int Heads = 8;

    private CpuDevice _device = null!;
    private AttentionPlan _plan = null!;
    private DeviceBuffer[] _buffers = null!;
    private Tensor[] _tensors = null!;

    /// <summary>Queries and keys.</summary>
    [Params(1024, 4096)]
    public int Tokens { get; set; }

    /// <summary>Channels of a head.</summary>
    [Params(64, 128)]
    public int HeadDim { get; set; }

    /// <summary>Workers.</summary>
    [Params(1, 2)]
    public int Threads { get; set; }

    /// <summary>Builds the problem.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _device = new CpuDevice(Threads);
        var kernel = HeadDim == 64 ? MeasuredKernels.Causal64 : MeasuredKernels.Causal128;
        _plan = kernel.Plan(_device, new AttentionShape(1, Tokens, Tokens, Heads, Heads, HeadDim));
        var random = new Random(Tokens);
        _buffers = new DeviceBuffer[4];
        _tensors = new Tensor[4];
        for (var n = 0; n < 4; n++)
        {
            var values = new float[Tokens * Heads * HeadDim];
            for (var i = 0; i < values.Length; i++) values[i] = 2 * random.NextSingle() - 1;
            _buffers[n] = _device.Allocate(4L * values.Length);
            _buffers[n].CopyFrom(MemoryMarshal.AsBytes<float>(values));
            _tensors[n] = Tensor.Heads(_buffers[n], ElementType.Float32, 1, Tokens, Heads, HeadDim);
        }
    }

    /// <summary>One layer's attention.</summary>
    [Benchmark]
    public void Run() => _plan.Run(_tensors[0], _tensors[1], _tensors[2], _tensors[3]);

    /// <summary>Gives everything back.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
        _plan.Dispose();
        _device.Dispose();
    }
}
