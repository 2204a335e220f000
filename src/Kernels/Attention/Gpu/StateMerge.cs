using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Merges the states that splits left of each row, and writes output and log-sum-exp.</summary>
internal static class StateMerge
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 64;

    /// <summary>Launches the kernel.</summary>
    public delegate void Launcher<TQuery>(
        AcceleratorStream stream, KernelConfig grid, ArrayView<float> state, ArrayView<TQuery> output, ArrayView<float> logSumExp,
        VisitArguments arguments, int headDim)
        where TQuery : unmanaged;

    /// <summary>The kernel; its grid is (rows of a pair, pairs).</summary>
    public static GpuKernelSource Source<TQuery>(string declaration) where TQuery : unmanaged, IGpuElement<TQuery> =>
        new($"{declaration}: merge, {typeof(TQuery).Name}", Merge<TQuery>, Threads, 0);

    /// <param name="state">[split, pair, row] states; see <see cref="SoftmaxState"/>.</param>
    /// <param name="output">Output.</param>
    /// <param name="logSumExp">Log-sum-exps, or a dummy.</param>
    /// <param name="a">The launch that left the states.</param>
    /// <param name="headDim">Channels.</param>
    private static void Merge<TQuery>(
        ArrayView<float> state, ArrayView<TQuery> output, ArrayView<float> logSumExp, VisitArguments a, int headDim)
        where TQuery : unmanaged, IGpuElement<TQuery>
    {
        var (thread, row, pair) = (Group.IdxX, Grid.IdxX, Grid.IdxY);
        var first = ((long)pair * Grid.DimX + row) * (headDim + 2);
        var step = (long)Grid.DimY * Grid.DimX * (headDim + 2);
        var maximum = SoftmaxState.Floor;
        for (var split = 0; split < a.Splits; split++) maximum = Math.Max(maximum, state[first + split * step + headDim]);
        float sum = 0;
        for (var split = 0; split < a.Splits; split++)
            sum += state[first + split * step + headDim + 1] * SoftmaxState.Power(state[first + split * step + headDim] - maximum);

        var batch = (a.FirstPair + pair) / a.Heads;
        var token = row / a.Pack;
        var head = (a.FirstPair + pair - batch * a.Heads) * a.Pack + row - token * a.Pack;
        var place = a.Output.Row(batch, token, head);
        var scale = SoftmaxState.Normaliser(sum);
        for (var channel = thread; channel < headDim; channel += Threads)
        {
            float total = 0;
            for (var split = 0; split < a.Splits; split++)
                total += state[first + split * step + channel] * SoftmaxState.Power(state[first + split * step + headDim] - maximum);
            output[place + channel] = TQuery.FromFloat(total * scale);
        }

        if (thread == 0 && a.HasLogSumExp != 0) logSumExp[a.LogSumExp.Row(batch, token, head)] = SoftmaxState.LogSumExp(maximum, sum);
    }
}
