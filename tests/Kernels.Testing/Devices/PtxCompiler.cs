using System.Diagnostics;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace Kernels.Testing;

/// <summary>Compiles kernels for NVIDIA GPUs without one: to PTX by ILGPU, and to machine code where <c>ptxas</c> is on the PATH.</summary>
public sealed class PtxCompiler : IDisposable
{
    private readonly string _target;
    private Context _context;
    private PTXBackend _backend;

    /// <summary>A compiler for compute capability <paramref name="major"/>.<paramref name="minor"/>.</summary>
    public PtxCompiler(int major, int minor)
    {
        _target = $"sm_{major}{minor}";
        Architecture = new CudaArchitecture(major, minor);
        (_context, _backend) = Open(Architecture);
    }

    /// <summary>The architecture compiled for.</summary>
    public CudaArchitecture Architecture { get; }

    /// <summary>Whether <c>ptxas</c> was found, so that <see cref="Assemble"/> can be called.</summary>
    public static bool CanAssemble { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "ptxas")));

    /// <summary>The PTX of <paramref name="source"/>; fails the calling test where ILGPU refuses the kernel.</summary>
    public string Compile(GpuKernelSource source)
    {
        try
        {
            return ((PTXCompiledKernel)GpuKernelCache.Compile(_backend, source)).PTXAssembly;
        }
        catch (Exception exception)
        {
            // A failed compile leaves the context unable to compile anything else.
            Dispose();
            (_context, _backend) = Open(Architecture);
            for (var inner = exception; inner is not null; inner = inner.InnerException) exception = inner;
            Assert.Fail($"{source.Name} for {_target}: {exception.Message}");
            throw;
        }
    }

    /// <summary>Assembles <paramref name="ptx"/>, called <paramref name="name"/> in failures; fails the calling test where ptxas refuses it.</summary>
    public PtxUsage Assemble(string ptx, string name)
    {
        using var process = Process.Start(new ProcessStartInfo("ptxas", $"-arch={_target} -v -o /dev/null /dev/stdin")
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Write(ptx);
        process.StandardInput.Close();
        var report = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{name} for {_target}: ptxas says\n{report}");
        return PtxUsage.Parse(report);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _backend.Dispose();
        _context.Dispose();
    }

    private static (Context Context, PTXBackend Backend) Open(CudaArchitecture architecture)
    {
        var context = Context.Create(builder => builder.EnableAlgorithms().Optimize(OptimizationLevel.O2));
        return (context, new PTXBackend(context, architecture, CudaInstructionSet.ISA_78, null!));
    }
}
