using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Kernels.Gpu.Timing;

namespace Kernels.Gpu.Limits;

/// <summary>What <c>mma.sync</c> reaches on registers alone, f16 in and fp32 sums: the ceiling of every kernel here that uses tensor cores.</summary>
internal static class TensorPeak
{
    private const int Threads = 256, Groups = 1024, Rounds = 2048, Chains = 8;

    // 16 × 8 × 16 multiply-adds.
    private const double Operations = 2.0 * 16 * 8 * 16;

    private delegate void Launcher(AcceleratorStream stream, KernelConfig grid, ArrayView<float> sums, ulong address, int rounds);

    /// <summary>Operations a second; null where there are no tensor cores to ask.</summary>
    public static double? Measure(Device device, ColdTimer timer, bool tiny)
    {
        if (device is not IlgpuDevice { ComputeCapability.Major: >= 8 } gpu) return null;
        var (groups, rounds) = tiny ? (1, 2) : (Groups, Rounds);
        var launch = gpu.Load<Launcher>(new GpuKernelSource("peak of tensor cores", (Action<ArrayView<float>, ulong, int>)Multiply, Threads, 0));
        using var sums = (IlgpuBuffer)gpu.Allocate(groups * Threads * sizeof(float));
        var seconds = timer.Median(_ =>
        {
            using var access = gpu.Enter();
            launch(gpu.Stream, new KernelConfig(groups, Threads), sums.View<float>(), sums.Address, rounds);
        });
        return groups * (Threads / 32) * (double)rounds * Chains * Operations / seconds;
    }

    // The view names the memory that the text at the end stores to. Ones times ones: every sum is 16 · rounds.
    private static void Multiply(ArrayView<float> sums, ulong address, int rounds)
    {
        CudaAsm.Emit("""
            .reg .b32 a<4>, b<2>;
            .reg .f32 c<32>, total;
            mov.b32 a0, 0x3c003c00; mov.b32 a1, a0; mov.b32 a2, a0; mov.b32 a3, a0; mov.b32 b0, a0; mov.b32 b1, a0;
            mov.f32 c0, 0f00000000; mov.f32 c1, c0; mov.f32 c2, c0; mov.f32 c3, c0; mov.f32 c4, c0; mov.f32 c5, c0; mov.f32 c6, c0; mov.f32 c7, c0;
            mov.f32 c8, c0; mov.f32 c9, c0; mov.f32 c10, c0; mov.f32 c11, c0; mov.f32 c12, c0; mov.f32 c13, c0; mov.f32 c14, c0; mov.f32 c15, c0;
            mov.f32 c16, c0; mov.f32 c17, c0; mov.f32 c18, c0; mov.f32 c19, c0; mov.f32 c20, c0; mov.f32 c21, c0; mov.f32 c22, c0; mov.f32 c23, c0;
            mov.f32 c24, c0; mov.f32 c25, c0; mov.f32 c26, c0; mov.f32 c27, c0; mov.f32 c28, c0; mov.f32 c29, c0; mov.f32 c30, c0; mov.f32 c31, c0;
            """);
        for (var round = 0; round < rounds; round++)
            CudaAsm.Emit("""
                mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {c0, c1, c2, c3}, {a0, a1, a2, a3}, {b0, b1}, {c0, c1, c2, c3};
                mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {c4, c5, c6, c7}, {a0, a1, a2, a3}, {b0, b1}, {c4, c5, c6, c7};
                mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {c8, c9, c10, c11}, {a0, a1, a2, a3}, {b0, b1}, {c8, c9, c10, c11};
                mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {c12, c13, c14, c15}, {a0, a1, a2, a3}, {b0, b1}, {c12, c13, c14, c15};
                mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {c16, c17, c18, c19}, {a0, a1, a2, a3}, {b0, b1}, {c16, c17, c18, c19};
                mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {c20, c21, c22, c23}, {a0, a1, a2, a3}, {b0, b1}, {c20, c21, c22, c23};
                mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {c24, c25, c26, c27}, {a0, a1, a2, a3}, {b0, b1}, {c24, c25, c26, c27};
                mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {c28, c29, c30, c31}, {a0, a1, a2, a3}, {b0, b1}, {c28, c29, c30, c31};
                """);
        var item = Grid.IdxX * Threads + Group.IdxX;
        sums[item] = 0;
        CudaAsm.Emit("""
            add.f32 total, c0, c4; add.f32 total, total, c8; add.f32 total, total, c12; add.f32 total, total, c16; add.f32 total, total, c20;
            add.f32 total, total, c24; add.f32 total, total, c28; st.global.f32 [%0], total;
            """, address + (ulong)item * sizeof(float));
    }
}
