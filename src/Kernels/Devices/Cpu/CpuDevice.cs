using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>The processor: generated SIMD code on a fixed team of workers.</summary>
public sealed class CpuDevice : Device
{
    /// <summary>Opens the processor.</summary>
    /// <param name="threads">
    /// Workers, the caller's thread included; 0 takes <c>KERNELS_NUM_THREADS</c> or else the number of processors.
    /// </param>
    /// <param name="vectorBits">
    /// Widest vectors to use: 512, 256 or 128; 0 takes <c>KERNELS_VECTOR_BITS</c> or else the widest the machine has.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A negative thread count, or vectors the machine does not have.</exception>
    public CpuDevice(int threads = 0, int vectorBits = 0) : this(threads, vectorBits, WidestVectorBits)
    {
    }

    private CpuDevice(int threads, int vectorBits, int widest)
    {
        if (threads < 0)
            throw new ArgumentOutOfRangeException(nameof(threads), threads, "The cpu device needs at least one thread; 0 chooses for you.");
        if (threads == 0) threads = FromEnvironment("KERNELS_NUM_THREADS") ?? Environment.ProcessorCount;
        if (vectorBits == 0) vectorBits = FromEnvironment("KERNELS_VECTOR_BITS") ?? WidestVectorBits;
        if (vectorBits is not (128 or 256 or 512) || vectorBits > widest)
            throw new ArgumentOutOfRangeException(
                nameof(vectorBits), vectorBits, $"Vectors of 128, 256 or 512 bits can be asked for; this machine has up to {widest}.");
        VectorBits = vectorBits;
        Workers = new WorkerTeam(threads);
        Layers = new CpuLayers(this);
    }

    /// <summary>The widest vectors this machine accelerates, in bits.</summary>
    public static int WidestVectorBits =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <inheritdoc/>
    public override DeviceKind Kind => DeviceKind.Cpu;

    /// <inheritdoc/>
    public override string Name => "cpu";

    /// <inheritdoc/>
    public override string Description => $"{VectorBits}-bit SIMD, {Workers.Count} thread{(Workers.Count == 1 ? "" : "s")}";

    /// <summary>Width of the vectors the programs chosen for this device use, in bits.</summary>
    public int VectorBits { get; }

    /// <inheritdoc/>
    public override LayerKernels Layers { get; }

    /// <summary>The workers that share the tiles of a kernel.</summary>
    public WorkerTeam Workers { get; }

    /// <summary>
    /// Opens the processor with vectors that it may not have: .NET then computes each in software, with the same results, many times slower.
    /// For tests of the programs that other machines run.
    /// </summary>
    /// <param name="threads">As for the constructor.</param>
    /// <param name="vectorBits">Width of the vectors: 512, 256 or 128.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative thread count, or another width.</exception>
    public static CpuDevice Emulating(int threads, int vectorBits) => new(threads, vectorBits, 512);

    /// <inheritdoc/>
    public override DeviceBuffer Allocate(long byteLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteLength);
        return new CpuBuffer(this, byteLength);
    }

    /// <inheritdoc/>
    public override void Synchronize() { }

    /// <inheritdoc/>
    public override void Dispose() => Workers.Dispose();

    private static int? FromEnvironment(string variable)
    {
        var text = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(text)) return null;
        return int.TryParse(text, out var value) && value > 0
            ? value
            : throw new ArgumentException($"The environment variable {variable} is '{text}'; it must be a whole number of at least 1.");
    }
}
