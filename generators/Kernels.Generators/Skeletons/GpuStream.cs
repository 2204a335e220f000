namespace Kernels.Generators.Skeletons;

/// <summary>How the threads of a group divide the weights that lead to 32 outputs between them, where a few rows stream past.</summary>
internal abstract class GpuStream
{
    /// <inheritdoc cref="GpuContractionSkeleton.Barrier"/>
    protected const string Barrier = GpuContractionSkeleton.Barrier;

    /// <summary>
    /// Writes what leaves a part of an output's sum for each row, <c>t0</c>, <c>t1</c>, …, in thread 32 · part + output, and nothing that is
    /// needed in shared memory. In scope: x, w, a, quads (w by fours), partials (two quads of shared memory a thread) and the same as
    /// partial by single floats, thread, quad (its place in a slice of four), firstOutput, and where each row's activations begin, <c>x0</c>, <c>x1</c>, ….
    /// </summary>
    public abstract void WriteSums(int[] rows);
}
