using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;

namespace Kernels;

/// <summary>Finds the driver libraries where distributions install only their versioned names.</summary>
internal static class IlgpuLibraries
{
    /// <summary>NVIDIA's driver, as imports name it.</summary>
    public const string Cuda = "cuda";

    // ILGPU imports "OpenCL" and "cuda"; run-time packages ship libOpenCL.so.1 and libcuda.so.1, the plain names being
    // part of development packages.
    private static readonly Dictionary<string, string[]> Names = new()
    {
        ["OpenCL"] = ["libOpenCL.so.1", "libOpenCL.so"],
        [Cuda] = OperatingSystem.IsWindows() ? ["nvcuda"] : ["libcuda.so.1", "libcuda.so"],
    };

    private static readonly Lazy<bool> Registered = new(Register);

    /// <summary>Installs the lookup once per process.</summary>
    public static void Prepare() => _ = Registered.Value;

    private static bool Register()
    {
        NativeLibrary.SetDllImportResolver(typeof(IlgpuLibraries).Assembly, Resolve);
        if (!OperatingSystem.IsLinux()) return false;
        // PoCL (from 3.0) takes SIGFPE from the runtime, after which no integer division by zero in the process throws any more.
        // It reads the native environment, which Environment.SetEnvironmentVariable does not reach.
        _ = SetNativeVariable("POCL_SIGFPE_HANDLER", "0", overwrite: 0);
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Resolve);
            return true;
        }
        catch (InvalidOperationException)
        {
            // The host installed its own resolver, or ILGPU did under WSL; either knows where the drivers are.
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int SetNativeVariable(string name, string value, int overwrite);

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (Names.TryGetValue(name, out var candidates))
            foreach (var candidate in candidates)
                if (NativeLibrary.TryLoad(candidate, assembly, path, out var handle)) return handle;
        return IntPtr.Zero;
    }
}
