using System.Runtime.CompilerServices;

namespace Kernels.Perf.Limits;

/// <summary>The most fp32 multiply-adds the processor does: twelve independent chains in registers, no memory.</summary>
/// <remarks>Twelve chains cover two units of four cycles' latency and leave room in sixteen registers for the two constants.</remarks>
internal sealed class FmaPeak : ParallelBody
{
    private const int Tasks = 32, Iterations = 100_000, Chains = 12;

    private readonly CpuDevice _device;
    private readonly float[] _sums = new float[Tasks];

    public FmaPeak(CpuDevice device) => _device = device;

    /// <summary>Floating-point operations of one run.</summary>
    public double Flops { get; } = 2.0 * Tasks * Iterations * Chains * (CpuDevice.WidestVectorBits / 32);

    /// <summary>Every chain tends to this value; anything else means that the loop did not do its work.</summary>
    public bool IsRight => Array.TrueForAll(_sums, sum => Math.Abs(sum / (CpuDevice.WidestVectorBits / 32 * Chains) - 2) < 1e-3);

    public void Run() => _device.Workers.Run(Tasks, this);

    public override void Invoke(int task, int worker) => _sums[task] = CpuDevice.WidestVectorBits switch
    {
        512 => Chain<System.Runtime.Intrinsics.Vector512<float>, FmaOperations.Bits512>(),
        256 => Chain<System.Runtime.Intrinsics.Vector256<float>, FmaOperations.Bits256>(),
        _ => Chain<System.Runtime.Intrinsics.Vector128<float>, FmaOperations.Bits128>(),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Chain<TVector, T>()
        where TVector : struct
        where T : IFmaOperations<TVector>
    {
        // x ← x/2 + 1 converges to 2: no overflow, no denormals, and a result that can be checked.
        TVector half = T.Fill(0.5f), one = T.Fill(1f);
        TVector a = T.Fill(0f), b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a;
        for (var n = 0; n < Iterations; n++)
        {
            a = T.MultiplyAdd(a, half, one);
            b = T.MultiplyAdd(b, half, one);
            c = T.MultiplyAdd(c, half, one);
            d = T.MultiplyAdd(d, half, one);
            e = T.MultiplyAdd(e, half, one);
            f = T.MultiplyAdd(f, half, one);
            g = T.MultiplyAdd(g, half, one);
            h = T.MultiplyAdd(h, half, one);
            i = T.MultiplyAdd(i, half, one);
            j = T.MultiplyAdd(j, half, one);
            k = T.MultiplyAdd(k, half, one);
            l = T.MultiplyAdd(l, half, one);
        }

        return T.Sum(a) + T.Sum(b) + T.Sum(c) + T.Sum(d) + T.Sum(e) + T.Sum(f) + T.Sum(g) + T.Sum(h) + T.Sum(i) + T.Sum(j) + T.Sum(k) + T.Sum(l);
    }
}
