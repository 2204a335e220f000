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
        _kernels = new GpuKernelCache(this, loader ?? new AcceleratorKernelLoader(accelerator));
        Layers = new GpuLayers(this);
    }

    /// <inheritdoc/>
    public override DeviceKind Kind { get; }

    /// <inheritdoc/>
    public override string Name => Kind switch
    {
        DeviceKind.OpenCL => "opencl",
        DeviceKind.Cuda => "cuda",
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

    internal AcceleratorStream Stream { get; }

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
        using var access = Enter();
        Stream.Synchronize();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            Accelerator.Dispose();
            _context.Dispose();
        }
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
