using System.Collections.Concurrent;
using System.Reflection;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace Kernels.Testing;

/// <summary>Compiles kernels to PTX without a GPU: for compute capability 8.0, from which the text serves every later one.</summary>
public static class PtxCompiler
{
    private static readonly Lock Gate = new();

    // What a kernel compiles to is kept for the life of the test process.
    private static readonly ConcurrentDictionary<(MethodInfo, int), string> Texts = new();
    private static Context _context = null!;
    private static PTXBackend _backend = null!;

    static PtxCompiler() => Open();

    /// <summary>The PTX of <paramref name="source"/>; fails the calling test where ILGPU refuses the kernel.</summary>
    public static string Compile(GpuKernelSource source)
    {
        if (Texts.TryGetValue((source.Method.Method, source.Threads), out var known)) return known;
        lock (Gate) return Texts.GetOrAdd((source.Method.Method, source.Threads), _ => Translate(source));
    }

    private static string Translate(GpuKernelSource source)
    {
        try
        {
            return ((PTXCompiledKernel)GpuKernelCache.Compile(_backend, source)).PTXAssembly;
        }
        catch (Exception exception)
        {
            // A failed compile leaves the context unable to compile anything else.
            _backend.Dispose();
            _context.Dispose();
            Open();
            for (var inner = exception; inner is not null; inner = inner.InnerException) exception = inner;
            Assert.Fail($"{source.Name}: {exception.Message}");
            throw;
        }
    }

    private static void Open()
    {
        _context = Context.Create(builder => builder.EnableAlgorithms().Optimize(OptimizationLevel.O2));
        _backend = new PTXBackend(_context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_78, null!);
    }
}
