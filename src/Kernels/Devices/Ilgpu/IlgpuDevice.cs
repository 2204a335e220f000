using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Kernels;

/// <summary>A device reached through ILGPU: an OpenCL device, an NVIDIA GPU, or ILGPU's CPU accelerator as a simulator.</summary>
/// <remarks>Work is queued on one in-order stream; every access to the accelerator holds the device's lock.</remarks>
public sealed class IlgpuDevice : Device
{
    private readonly Context _context;
    private readonly Lock _gate = new();
    private readonly GpuKernelCache _kernels;
    private readonly DeviceMemoryPool _pool;
    private bool _disposed;

    internal IlgpuDevice(
        DeviceKind kind, GpuLowering lowering, Context context, Accelerator accelerator, string description, IGpuKernelLoader? loader = null)
    {
        Kind = kind;
        Lowering = lowering;
        Description = description;
        Accelerator = accelerator;
        Stream = accelerator.DefaultStream;
        ComputeCapability = (accelerator as CudaAccelerator)?.Architecture;
        _context = context;
        _pool = new DeviceMemoryPool(bytes => accelerator.Allocate1D<byte>(bytes), ReleaseWhenIdle);
        _kernels = new GpuKernelCache(this, loader ?? new AcceleratorKernelLoader(accelerator));
        Layers = new GpuLayers(this);
    }

    /// <inheritdoc/>
    public override DeviceKind Kind { get; }

    /// <inheritdoc/>
    public override string Name => Kind switch
    {
        DeviceKind.OpenCL => "opencl",
        DeviceKind.Cuda => CudaDevices.Name(Index),
        _ => "simulator",
    };

    /// <inheritdoc/>
    public override string Description { get; }

    /// <summary>The lowering whose kernels run here.</summary>
    public GpuLowering Lowering { get; }

    /// <summary>Most threads of a group.</summary>
    public int MaxThreadsPerGroup => Accelerator.MaxNumThreadsPerGroup;

    /// <summary>Shared memory in bytes that a kernel may declare.</summary>
    public int MaxSharedBytesPerGroup => Math.Min(Accelerator.MaxSharedMemoryPerGroup, CudaSharedMemory.DeclaredBytes);

    /// <summary>Shared memory of a group in bytes that a launch may ask for: more than kernels may declare on NVIDIA GPUs.</summary>
    public int MaxSharedBytesAtLaunch { get => Math.Max(field, MaxSharedBytesPerGroup); internal init; }

    /// <summary>Compute capability of an NVIDIA GPU; null on other devices.</summary>
    internal CudaArchitecture? ComputeCapability { get; init; }

    internal Accelerator Accelerator { get; }

    internal AcceleratorStream Stream { get; init; }

    /// <summary>Place among the GPUs of this machine.</summary>
    internal int Index { get; init; }

    /// <summary>Copies, events and capture of an NVIDIA GPU; null on other devices.</summary>
    internal CudaQueue? Queue { get; init; }

    /// <inheritdoc/>
    public override LayerKernels Layers { get; }

    /// <inheritdoc/>
    public override DeviceBuffer Allocate(long byteLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteLength);
        return new IlgpuBuffer(this, byteLength);
    }

    /// <inheritdoc/>
    public override void Synchronize()
    {
        using var access = EnterForCopies("a wait");
        Stream.Synchronize();
    }

    /// <inheritdoc/>
    public override DeviceTimer CreateTimer() => Queue is { } queue ? new CudaTimer(this, queue) : base.CreateTimer();

    /// <inheritdoc/>
    public override Support SupportsCapture => Queue is null ? base.SupportsCapture : Support.Yes;

    /// <inheritdoc/>
    public override DeviceGraph Capture(params IReadOnlyList<Action> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return Queue is { } queue ? new CudaGraph(this, queue, parts) : base.Capture(parts);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            using (Accelerator.BindScoped())
            {
                _pool.Trim();
                Queue?.Dispose();
            }

            _disposed = true;
            if (Kind != DeviceKind.OpenCL)
            {
                Close();
                return;
            }

            lock (OpenClDevices.Driver) Close();
        }
    }

    private void Close()
    {
        Accelerator.Dispose();
        _context.Dispose();
    }

    /// <summary>Why a kernel with these needs cannot run here, or yes.</summary>
    internal Support Holds(GpuKernelSource source) => Holds(source.Threads, source.SharedBytes, source.SharedAtLaunch);

    /// <inheritdoc cref="Holds(GpuKernelSource)"/>
    internal Support Holds(int threads, int sharedBytes, bool sharedAtLaunch = false)
    {
        if (threads > MaxThreadsPerGroup)
            return Support.No($"the kernel needs groups of {threads} threads and {Name} has at most {MaxThreadsPerGroup}");
        var most = sharedAtLaunch ? MaxSharedBytesAtLaunch : MaxSharedBytesPerGroup;
        return sharedBytes > most ? Support.No($"the kernel needs {sharedBytes} bytes of shared memory and {Name} has {most}") : Support.Yes;
    }

    /// <summary>The launcher of <paramref name="source"/>, compiled on first use.</summary>
    /// <exception cref="KernelException">The kernel does not fit or does not compile.</exception>
    internal TLauncher Load<TLauncher>(GpuKernelSource source) where TLauncher : Delegate
    {
        using var access = Enter();
        return _kernels.Load<TLauncher>(source);
    }

    /// <summary>Memory of <paramref name="capacity"/> bytes for a buffer of <paramref name="byteLength"/>; the caller holds the device's lock.</summary>
    /// <exception cref="OutOfMemoryException">There is no room.</exception>
    internal MemoryBuffer1D<byte, Stride1D.Dense> Reserve(long byteLength, long capacity)
    {
        try
        {
            return _pool.Rent(capacity);
        }
        catch (Exception exception)
        {
            var (free, total) = Queue?.Memory ?? (Math.Max(0, Accelerator.MemorySize - AllocatedBytes), Accelerator.MemorySize);
            throw new OutOfMemoryException(
                $"{Name} could not reserve {byteLength} bytes: {free} of its {total} bytes are free and {AllocatedBytes} are held by buffers. "
                + $"Dispose what is not needed, plan smaller shapes or use another device. ({exception.Message})", exception);
        }
    }

    /// <summary>Takes back what <see cref="Reserve"/> gave; the caller holds the device's lock.</summary>
    internal void Release(MemoryBuffer1D<byte, Stride1D.Dense> memory) => _pool.Return(memory);

    private void ReleaseWhenIdle(MemoryBuffer1D<byte, Stride1D.Dense> memory)
    {
        Stream.Synchronize();
        memory.Dispose();
    }

    /// <summary>As <see cref="Enter"/>, for what a graph cannot hold.</summary>
    /// <exception cref="InvalidOperationException">Work is being captured.</exception>
    internal Access EnterForCopies(string what)
    {
        var access = Enter();
        if (Queue is not { IsCapturing: true }) return access;
        access.Dispose();
        throw new InvalidOperationException(
            $"{Name} was asked for {what} while work is captured, and a graph holds kernels alone. Do it before the capture or after the launch.");
    }

    /// <summary>Takes the device's lock and makes its accelerator current on this thread until disposed.</summary>
    internal Access Enter() => new(this);

    internal readonly ref struct Access
    {
        private readonly Lock.Scope _scope;
        private readonly ScopedAcceleratorBinding _binding;

        public Access(IlgpuDevice device)
        {
            _scope = device._gate.EnterScope();
            if (device._disposed)
            {
                _scope.Dispose();
                throw new ObjectDisposedException(device.Name);
            }

            _binding = device.Accelerator.BindScoped();
        }

        public void Dispose()
        {
            _binding.Dispose();
            _scope.Dispose();
        }
    }
}
