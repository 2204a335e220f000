namespace Kernels.Testing.Ptx;

/// <summary>A kernel ready to run: calls inlined, names resolved, memory laid out.</summary>
internal sealed class Program
{
    /// <summary>Address of the first byte of shared memory: not 0, so that code which takes its variables to start there is found out.</summary>
    public const ulong SharedBase = 1024;

    /// <summary>Address of the first byte of local memory.</summary>
    public const ulong LocalBase = 1024;

    /// <summary>Widest access to memory in bytes.</summary>
    public const int MaxSharedUnit = 16;

    public required PtxModule Module { get; init; }

    public required Function Entry { get; init; }

    public required Instruction[] Code { get; init; }

    /// <summary>Registers of a lane.</summary>
    public required int Registers { get; init; }

    /// <summary>Predicates of a lane, the constants false and true included.</summary>
    public required int Predicates { get; init; }

    /// <summary>Constants; number i is read as register −1−i.</summary>
    public required IReadOnlyList<Constant> Constants { get; init; }

    /// <summary>Statically declared shared memory of a group in bytes.</summary>
    public required int SharedBytes { get; init; }

    /// <summary>Alignment of dynamic shared memory, which follows the static one; 0 where the kernel names none.</summary>
    public required int DynamicAlignment { get; init; }

    /// <summary>Narrowest access to shared memory in bytes; as accesses are aligned, each touches whole units.</summary>
    public required int SharedUnit { get; init; }

    /// <summary>Local memory of a lane in bytes.</summary>
    public required int LocalBytes { get; init; }

    /// <summary>Offsets of the kernel's parameters; the last element is their total size.</summary>
    public required int[] ParameterOffsets { get; init; }

    /// <summary>Offset of dynamic shared memory.</summary>
    public int DynamicOffset => DynamicAlignment == 0 ? SharedBytes : Align(SharedBytes, DynamicAlignment);

    public static int Align(int offset, int alignment) => (offset + alignment - 1) / alignment * alignment;
}
