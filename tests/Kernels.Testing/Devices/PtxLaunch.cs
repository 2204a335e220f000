using ILGPU;
using Kernels.Testing.Ptx;

namespace Kernels.Testing;

/// <summary>Launches one kernel in the interpreter; it may touch the memory of the views it is given and no other.</summary>
internal sealed class PtxLaunch(GpuKernelSource source, PtxModule module, EmulatedDriver driver)
{
    private readonly string _entry = module.Entries.Single();

    public void Queue(KernelConfig config, PtxLaunchArgument[] arguments) => driver.Queue(() => Run(config, arguments));

    private void Run(KernelConfig config, PtxLaunchArgument[] arguments)
    {
        var (grid, group) = (config.GridDim, config.GroupDim);
        if (group.Size != source.Threads)
            throw new PtxException(0, $"{source.Name} is compiled for groups of {source.Threads} threads and launched with {group.Size}");
        using var machine = new PtxMachine
        {
            MaxSharedBytes = source.SharedAtLaunch ? Math.Max(source.SharedBytes, PtxMachine.MaxStaticSharedBytes) : PtxMachine.MaxStaticSharedBytes,
        };
        foreach (var memory in arguments.Where(argument => argument.Bytes > 0)) machine.Map(memory.Start, memory.Bytes);
        machine.Launch(
            module, _entry, new(grid.X, grid.Y, grid.Z), new(group.X, group.Y, group.Z),
            config.SharedMemoryConfig.UsesDynamicSharedMemory ? config.SharedMemoryConfig.ArraySize : 0,
            [.. arguments.Select(argument => argument.Argument)]);
    }
}
