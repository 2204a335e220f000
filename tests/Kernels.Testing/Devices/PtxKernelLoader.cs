using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using Kernels.Testing.Ptx;

namespace Kernels.Testing;

/// <summary>Compiles kernels to PTX and launches them in the interpreter.</summary>
internal sealed class PtxKernelLoader(EmulatedDriver driver) : IGpuKernelLoader
{
    // What a kernel compiles to does not depend on the device; kept for the life of the test process.
    private static readonly ConcurrentDictionary<MethodInfo, PtxModule> Modules = new();

    public TLauncher Load<TLauncher>(GpuKernelSource source) where TLauncher : Delegate
    {
        var module = Modules.GetOrAdd(source.Method.Method, _ => PtxModule.Parse(PtxCompiler.Compile(source)));
        var launch = new PtxLaunch(source, module, driver);

        // A launcher takes stream, configuration and the kernel's own parameters.
        var parameters = typeof(TLauncher).GetMethod(nameof(Action.Invoke))!.GetParameters()
            .Select(parameter => Expression.Parameter(parameter.ParameterType)).ToArray();
        var arguments = Expression.NewArrayInit(
            typeof(PtxLaunchArgument), parameters.Skip(2).Select(parameter => Expression.Call(Binding(parameter.Type), parameter)));
        return Expression.Lambda<TLauncher>(
            Expression.Call(Expression.Constant(launch), nameof(PtxLaunch.Queue), null, parameters[1], arguments), parameters).Compile();
    }

    private static MethodInfo Binding(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ArrayView<>)
        ? typeof(PtxLaunchArgument).GetMethod(nameof(PtxLaunchArgument.OfView))!.MakeGenericMethod(type.GetGenericArguments())
        : typeof(PtxLaunchArgument).GetMethod(nameof(PtxLaunchArgument.OfValue))!.MakeGenericMethod(type);
}
