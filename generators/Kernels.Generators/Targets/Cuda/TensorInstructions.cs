namespace Kernels.Generators.Targets.Cuda;

/// <summary>The PTX instructions of tensor-core kernels (PTX ISA 7.0 and later, compute capability 8.0), as text on named registers.</summary>
internal static class TensorInstructions
{
    /// <summary>d += a · b, 16 × 16 by 16 × 8: <paramref name="a"/> has 4 registers, <paramref name="b"/> 2.</summary>
    public static string MultiplyAdd(TensorElement type, Fragment sums, Fragment a, Fragment b) =>
        $"mma.sync.aligned.m16n8k16.row.col.f32.{type.Ptx}.{type.Ptx}.f32 {sums}, {a}, {b}, {sums};";

    /// <summary>
    /// d += a · b, 16 × 32 by 32 × 8, with two of every four consecutive elements of a row of a stored:
    /// <paramref name="a"/> and <paramref name="b"/> have 4 registers.
    /// </summary>
    /// <param name="type">Type of the elements.</param>
    /// <param name="sums">The sums.</param>
    /// <param name="a">Stored elements.</param>
    /// <param name="b">The dense matrix.</param>
    /// <param name="positions">Register with the 2-bit positions of stored elements.</param>
    /// <param name="pair">Whether lanes 4g and 4g + 1 (0) or 4g + 2 and 4g + 3 (1) hold the positions.</param>
    /// <remarks>Instruction sets before 8.5 lack <c>::ordered_metadata</c>; the runtime strikes it out for them.</remarks>
    public static string SparseMultiplyAdd(TensorElement type, Fragment sums, Fragment a, Fragment b, string positions, int pair) =>
        $"mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.f32.{type.Ptx}.{type.Ptx}.f32 {sums}, {a}, {b}, {sums}, {positions}, {pair};";

    /// <summary>Loads 8 × 8 matrices of 16-bit elements, one to a register: lanes 8i to 8i + 7 give addresses of the rows of matrix i.</summary>
    public static string LoadMatrices(IReadOnlyCollection<string> registers, string address, bool transposed = false) =>
        $"ldmatrix.sync.aligned.m8n8.x{registers.Count}{(transposed ? ".trans" : "")}.shared.b16 {Fragment.Operand(registers)}, [{address}];";

    /// <summary>Loads four registers of a lane from 16 bytes of shared memory.</summary>
    public static string LoadFragment(Fragment fragment, string address) => $"ld.shared.v4.b32 {fragment}, [{address}];";

    /// <summary>Starts copying 16 bytes to shared memory, of which only <paramref name="bytes"/> are read and the rest are zeros.</summary>
    public static string CopyAsync(string target, string source, string? bytes = null) =>
        $"cp.async.cg.shared.global [{target}], [{source}], 16{(bytes is null ? "" : $", {bytes}")};";

    /// <summary>Closes the group of copies started since the last one.</summary>
    public const string CommitCopies = "cp.async.commit_group;";

    /// <summary>Waits until at most <paramref name="pending"/> of the thread's groups of copies are under way.</summary>
    public static string WaitForCopies(int pending) => $"cp.async.wait_group {pending};";

    /// <summary>Sets sums to zero.</summary>
    public static IEnumerable<string> Clear(Fragment sums) => sums.Registers.Select(register => $"mov.f32 {register}, 0f00000000;");
}
