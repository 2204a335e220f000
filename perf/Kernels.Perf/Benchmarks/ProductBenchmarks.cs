using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Kernels.Perf.Rows;

namespace Kernels.Perf.Benchmarks;

/// <summary>Products by the number of activation rows; answers are checked by the rows of the ratios command.</summary>
public class ProductBenchmarks
{
    private CpuDevice _device = null!;
    private MatMulPlan _plan = null!;
    private PackedWeights _weights = null!;
    private DeviceBuffer _x = null!, _y = null!;
    private Tensor _input, _output;

    /// <summary>Rows of X.</summary>
    [Params(1, 64, 512)]
    public int Rows { get; set; }

    /// <summary>How the 4096×4096 weights are stored.</summary>
    [Params(WeightFormat.Dense, WeightFormat.SemiStructured)]
    public WeightFormat Format { get; set; }

    /// <summary>Workers.</summary>
    [Params(1, 2)]
    public int Threads { get; set; }

    /// <summary>Builds the problem.</summary>
    [GlobalSetup]
    public void Setup()
    {
        const int Side = 4096;
        _device = new CpuDevice(Threads);
        var random = new Random(Rows);
        var values = new float[Side * Side];
        for (var i = 0; i < values.Length; i++) values[i] = 2 * random.NextSingle() - 1;
        var kernel = Format == WeightFormat.Dense ? MeasuredKernels.Dense : MeasuredKernels.TwoOfFour;
        _plan = kernel.Plan(_device, new MatMulShape(Rows, Side, Side));
        _weights = kernel.Pack(_device, new HostMatrix(MemoryMarshal.AsBytes<float>(values), ElementType.Float32, Side, Side));
        _x = _device.Allocate(4L * Rows * Side);
        _x.CopyFrom(MemoryMarshal.AsBytes<float>(values.AsSpan(0, Rows * Side)));
        _y = _device.Allocate(4L * Rows * Side);
        _input = Tensor.Matrix(_x, ElementType.Float32, Rows, Side);
        _output = Tensor.Matrix(_y, ElementType.Float32, Rows, Side);
    }

    /// <summary>One product.</summary>
    [Benchmark]
    public void Run() => _plan.Run(_input, _weights, _output);

    /// <summary>Gives everything back.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _x.Dispose();
        _y.Dispose();
        _weights.Dispose();
        _plan.Dispose();
        _device.Dispose();
    }
}
