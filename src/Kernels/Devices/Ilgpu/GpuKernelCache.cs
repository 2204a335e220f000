using System.Reflection;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>The compiled kernels of one device; used under the device's lock.</summary>
internal sealed class GpuKernelCache(IlgpuDevice device, IGpuKernelLoader loader)
{
    private readonly Dictionary<MethodInfo, Delegate> _launchers = [];
    private string? _poison;

    public TLauncher Load<TLauncher>(GpuKernelSource source) where TLauncher : Delegate
    {
        if (_launchers.TryGetValue(source.Method.Method, out var known)) return (TLauncher)known;

        // A failed compile leaves ILGPU's context unable to compile anything else; kernels compiled before still run.
        if (_poison is not null)
            throw new KernelException(
                source.Name, device.Name, "a kernel that is not compiled yet", $"{_poison} failed to compile here and disabled the compiler",
                "Dispose the device and open it again; avoid the kernel that failed.");
        var support = device.Holds(source);
        if (!support.IsSupported) throw Refuse(source, support.Reason!);

        try
        {
            var launcher = loader.Load<TLauncher>(source);
            _launchers.Add(source.Method.Method, launcher);
            return launcher;
        }
        catch (Exception exception)
        {
            _poison = source.Name;
            throw new KernelException(
                source.Name, device.Name, "its ILGPU code", $"the compiler refuses it: {Innermost(exception).Message}",
                "Use another device; dispose this one and open it again before compiling other kernels.");
        }
    }

    /// <summary>Compiles with an exact group size, as devices launch it, and for NVIDIA GPUs with the registers that the source's groups leave.</summary>
    public static CompiledKernel Compile(Backend backend, GpuKernelSource source)
    {
        var kernel = backend.Compile(
            EntryPointDescription.FromExplicitlyGroupedKernel(source.Method.Method),
            new KernelSpecialization(source.Threads, backend is PTXBackend ? source.Groups : null));
        switch (kernel)
        {
            case PTXCompiledKernel ptx: PtxSource.Mend(ptx, ((PTXBackend)backend).InstructionSet); break;
            case CLCompiledKernel openCl: OpenClSource.Mend(openCl); break;
        }

        return kernel;
    }

    private KernelException Refuse(GpuKernelSource source, string reason) =>
        new(source.Name, device.Name, "a launch", reason, "Use another device or declare a smaller kernel.");

    private static Exception Innermost(Exception exception) =>
        exception.InnerException is { } inner ? Innermost(inner) : exception;
}
