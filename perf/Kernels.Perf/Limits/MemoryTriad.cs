using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels.Perf.Limits;

/// <summary>
/// Memory bandwidth by McCalpin's STREAM triad, a[i] = b[i] + s·c[i], over arrays far larger than the caches. Counted as
/// STREAM counts: two reads and one write of every element (the read that an ordinary write causes is not counted).
/// </summary>
internal sealed unsafe class MemoryTriad : ParallelBody, IDisposable
{
    private const int Tasks = 64;

    private readonly CpuDevice _device;
    private readonly CpuBuffer _a, _b, _c;
    private readonly long _elements;

    /// <param name="device">Whose workers to use.</param>
    /// <param name="bytesPerArray">Size of each of the three arrays.</param>
    public MemoryTriad(CpuDevice device, long bytesPerArray)
    {
        _device = device;
        const long Grain = Tasks * 64;
        _elements = bytesPerArray / Grain * Grain / sizeof(float);
        ArgumentOutOfRangeException.ThrowIfZero(_elements, nameof(bytesPerArray));
        _a = (CpuBuffer)device.Allocate(_elements * sizeof(float));
        _b = (CpuBuffer)device.Allocate(_elements * sizeof(float));
        _c = (CpuBuffer)device.Allocate(_elements * sizeof(float));
        new Span<float>(_b.Pointer, checked((int)_elements)).Fill(1);
        new Span<float>(_c.Pointer, checked((int)_elements)).Fill(2);
    }

    /// <summary>Bytes counted for one run.</summary>
    public double Bytes => 3.0 * _elements * sizeof(float);

    /// <summary>Whether the last run left 1 + 3·2 at both ends.</summary>
    public bool IsRight => ((float*)_a.Pointer)[0] == 7 && ((float*)_a.Pointer)[_elements - 1] == 7;

    public void Run() => _device.Workers.Run(Tasks, this);

    public override void Invoke(int task, int worker)
    {
        var share = _elements / Tasks;
        Triad((float*)_a.Pointer + task * share, (float*)_b.Pointer + task * share, (float*)_c.Pointer + task * share, share);
    }

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
        _c.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Triad(float* a, float* b, float* c, long count)
    {
        var factor = Vector256.Create(3f);
        for (long i = 0; i < count; i += 16)
        {
            (Vector256.LoadAligned(b + i) + factor * Vector256.LoadAligned(c + i)).StoreAligned(a + i);
            (Vector256.LoadAligned(b + i + 8) + factor * Vector256.LoadAligned(c + i + 8)).StoreAligned(a + i + 8);
        }
    }
}
