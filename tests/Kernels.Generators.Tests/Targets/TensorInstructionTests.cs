using Kernels.Generators.Targets.Cuda;
using Xunit;
using static Kernels.Generators.Targets.Cuda.TensorInstructions;

namespace Kernels.Generators.Tests.Targets;

/// <summary>The text of each instruction against the PTX ISA's examples.</summary>
public sealed class TensorInstructionTests
{
    private static readonly Fragment Sums = Fragment.Sums("c"), A = new("a", 4), B = new("b", 2), Wide = new("b", 4);

    [Fact]
    public void Fragments_declare_and_name_registers()
    {
        Assert.Equal(".reg .f32 c_<4>;", Sums.Declaration);
        Assert.Equal(".reg .b32 b_<2>;", B.Declaration);
        Assert.Equal("{b_0, b_1}", B.ToString());
        Assert.Equal("c_3", Sums[3]);
    }

    [Fact]
    public void Multiplications_name_result_operands_and_sums() => Assert.Equal(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {c_0, c_1, c_2, c_3}, {a_0, a_1, a_2, a_3}, {b_0, b_1}, {c_0, c_1, c_2, c_3};",
        MultiplyAdd(TensorElement.BFloat16, Sums, A, B));

    [Fact]
    public void Sparse_multiplications_end_with_positions_and_the_pair_of_lanes() => Assert.Equal(
        "mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32 "
        + "{c_0, c_1, c_2, c_3}, {a_0, a_1, a_2, a_3}, {b_0, b_1, b_2, b_3}, {c_0, c_1, c_2, c_3}, e_0, 1;",
        SparseMultiplyAdd(TensorElement.Float16, Sums, A, Wide, "e_0", 1));

    [Fact]
    public void Loads_and_copies_name_their_addresses()
    {
        Assert.Equal("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {b_0, b_1, b_2, b_3}, [x + 512];", LoadMatrices([.. Wide.Registers], "x + 512"));
        Assert.Equal("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {b_0, b_1}, [x];", LoadMatrices([.. B.Registers], "x", transposed: true));
        Assert.Equal("ld.shared.v4.b32 {a_0, a_1, a_2, a_3}, [w];", LoadFragment(A, "w"));
        Assert.Equal("cp.async.cg.shared.global [s], [%0], 16;", CopyAsync("s", "%0"));
        Assert.Equal("cp.async.cg.shared.global [s], [%0], 16, %1;", CopyAsync("s", "%0", "%1"));
        Assert.Equal("cp.async.wait_group 1;", WaitForCopies(1));
    }
}
