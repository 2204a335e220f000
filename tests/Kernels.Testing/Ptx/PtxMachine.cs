namespace Kernels.Testing.Ptx;

/// <summary>Executes PTX kernels on the processor and reports what a GPU would let pass or answer with garbage.</summary>
/// <remarks>
/// <para>
/// Groups run one after another. The 32 lanes of a warp step together while they are at one place and apart where they diverged;
/// instructions that need other lanes (<c>.sync</c>) wait for them. Barriers, shared memory, <c>cp.async</c> and tensor-core
/// instructions follow the PTX ISA 8.8; what it leaves undefined is an error, and so are races on shared memory, reads of shared
/// memory never written, and accesses outside allocations.
/// </para>
/// <para>
/// Approximate instructions are computed more exactly than by a GPU: <c>ex2.approx</c> and <c>lg2.approx</c> may be off by about
/// 2⁻²² there, <c>rcp</c>, <c>rsqrt</c> and <c>sqrt.approx</c> by about 2⁻²³, <c>sin</c> and <c>cos</c> by 2⁻²⁰ absolute and
/// <c>tanh.approx</c> by 2⁻¹¹. <c>mma</c> adds products one by one in fp32; a GPU adds them in an order and with a rounding of its
/// own. A GPU's compiler may fuse <c>mul</c> and <c>add</c> without rounding modifier, which is not done here. Registers never
/// written hold all bits set.
/// </para>
/// </remarks>
public sealed class PtxMachine : IDisposable
{
    /// <summary>Shared memory that a group may declare statically, in bytes.</summary>
    public const int MaxStaticSharedBytes = 48 * 1024;

    private readonly GlobalMemory _global = new();
    private readonly Dictionary<PtxModule, Dictionary<string, ulong>> _modules = [];
    private readonly List<IDisposable> _variables = [];

    /// <summary>Shared memory that a group may use altogether, in bytes; more than 48 KB must be asked for on a GPU.</summary>
    public int MaxSharedBytes { get; init; } = 48 * 1024;

    /// <summary>Warp instructions executed by the last launch.</summary>
    public long Instructions { get; private set; }

    /// <summary>Allocates global memory that holds <paramref name="values"/>.</summary>
    public PtxBuffer<T> Allocate<T>(params ReadOnlySpan<T> values) where T : unmanaged => new(this, values);

    /// <summary>Lets kernels touch <paramref name="bytes"/> bytes from <paramref name="address"/>, memory of this process.</summary>
    public void Map(nint address, long bytes) => _global.Add(new((ulong)address, (ulong)(address + (nint)bytes)));

    /// <summary>Takes back memory given with <see cref="Map"/>.</summary>
    public void Unmap(nint address) => _global.Remove((ulong)address);

    /// <summary>Runs a kernel to its end.</summary>
    /// <param name="module">The module.</param>
    /// <param name="entry">Name of the kernel.</param>
    /// <param name="grid">Groups.</param>
    /// <param name="group">Threads of a group.</param>
    /// <param name="sharedBytes">Dynamic shared memory of a group.</param>
    /// <param name="arguments">One argument for each parameter.</param>
    /// <exception cref="PtxException">The launch does not fit the kernel, or the kernel made a mistake.</exception>
    public void Launch(PtxModule module, string entry, Extent grid, Extent group, int sharedBytes, params ReadOnlySpan<PtxArgument> arguments)
    {
        var program = module.Program(entry);
        CheckSizes(program, grid, group, sharedBytes);
        Instructions = new Launch(program, grid, group, sharedBytes, Parameters(program, arguments), _global, Variables(module)).Run();
    }

    /// <summary>Frees the variables of modules; buffers are their owners' to free.</summary>
    public void Dispose()
    {
        foreach (var variable in _variables) variable.Dispose();
        _variables.Clear();
        _modules.Clear();
    }

    private void CheckSizes(Program program, Extent grid, Extent group, int sharedBytes)
    {
        var entry = program.Entry;
        PtxException Refuse(string message) => new(entry.Line, $"{entry.Name} cannot be launched: {message}");
        if (Math.Min(Math.Min(grid.X, grid.Y), grid.Z) < 1 || grid.Y > 65535 || grid.Z > 65535) throw Refuse($"a grid of {grid} groups");
        if (Math.Min(Math.Min(group.X, group.Y), group.Z) < 1 || group.Count > 1024 || group.Z > 64) throw Refuse($"groups of {group} threads");
        if (entry.MostThreads is { } most && group.Count > most) throw Refuse($"groups of {group.Count} threads and .maxntid allows {most}");
        if (entry.RequiredThreads is { } required && group.Count != required) throw Refuse($"groups of {group.Count} threads and .reqntid demands {required}");
        if (program.SharedBytes > MaxStaticSharedBytes)
            throw Refuse($"{program.SharedBytes} bytes of static shared memory; {MaxStaticSharedBytes} are allowed");
        if (program.DynamicOffset + sharedBytes > MaxSharedBytes)
            throw Refuse($"{program.SharedBytes} static and {sharedBytes} dynamic bytes of shared memory; a group has {MaxSharedBytes}");
    }

    private static byte[] Parameters(Program program, ReadOnlySpan<PtxArgument> arguments)
    {
        var parameters = program.Entry.Parameters;
        if (arguments.Length != parameters.Count)
            throw new PtxException(
                program.Entry.Line, $"{program.Entry.Name} has {parameters.Count} parameters and the launch passes {arguments.Length} arguments");
        var bytes = new byte[program.ParameterOffsets[^1]];
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Bytes.Length != parameters[i].Bytes)
                throw new PtxException(
                    parameters[i].Line, $"{parameters[i].Name} holds {parameters[i].Bytes} bytes and the launch passes {arguments[i].Bytes.Length}");
            arguments[i].Bytes.CopyTo(bytes.AsSpan(program.ParameterOffsets[i]));
        }

        return bytes;
    }

    // Variables of a module live as long as the machine and keep what kernels wrote.
    private Dictionary<string, ulong> Variables(PtxModule module)
    {
        if (_modules.TryGetValue(module, out var known)) return known;
        var addresses = new Dictionary<string, ulong>();
        foreach (var variable in module.Variables.Where(variable => variable.Space is StateSpace.Global or StateSpace.Const))
        {
            var memory = new PtxBuffer<byte>(this, variable.Initial ?? new byte[variable.Bytes]);
            _variables.Add(memory);
            addresses.Add(variable.Name, memory.Address);
        }

        return _modules[module] = addresses;
    }
}
