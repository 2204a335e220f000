using Kernels.Testing.Ptx;
using Xunit;

namespace Kernels.Testing.Tests.Ptx.Machine;

/// <summary>Every mistake the machine reports, made once: the message says what and the line says where.</summary>
public sealed class MistakeTests
{
    private const string Shared = ".shared .align 16 .b8 s[256]; mov.u32 r0, s; shl.b32 r1, tid, 2; add.u32 r1, r0, r1; ";

    public static TheoryData<string, string> Mistakes => new()
    {
        { "ld.global.b32 r2, [in+4]; // HERE", "4 bytes read at the global address" },
        { "st.global.b32 [out+-4], r1; // HERE", "4 bytes written at the global address" },
        { "ld.global.b32 r2, [in+2]; // HERE", "misaligned" },
        { "ld.shared.b32 r2, [r0+256]; // HERE", "4 bytes read at the shared address 0x500; the group has 256 bytes from 0x400" },
        { "st.shared.b32 [r0+2], r2; // HERE", "misaligned" },
        { "ld.shared.b32 r2, [r0]; // HERE", "no thread has written it" },
        { "{ .local .align 4 .b8 d[8]; ld.local.b32 r2, [d+8]; } // HERE", "a thread has 8 bytes" },
        { "st.shared.b32 [r0], tid; // HERE", "written in a race: thread 0 wrote it" },
        { "st.shared.b32 [r1], tid; ld.shared.b32 r2, [r0+4]; // HERE", "read in a race: thread 1 wrote it" },
        { "st.shared.b8 [r1], tid;\nbar.sync 0;\nld.shared.b8 r2, [r0]; st.shared.b8 [r0+4], tid; // HERE", "in a race" },
        {
            "st.shared.b32 [r1], tid; bar.sync 0; ld.shared.b32 r2, [r0+4];\nsetp.eq.s32 p0, tid, 1; @p0 st.shared.b32 [r0+4], tid; // HERE",
            "written in a race: thread 0 read it"
        },
        {
            "setp.lt.u32 p0, tid, 16; @p0 bra skip;\nbar.sync 0; // HERE\nskip: st.global.b32 [out], r1;",
            "divergent barrier: 16 lanes (mask 0x0000ffff) of warp 0 ended"
        },
        { "setp.lt.u32 p0, tid, 16; @p0 bra other;\nbar.sync 0; // HERE\nbra end;\nother: bar.sync 0;\nend:", "divergent barrier" },
        { "bar.sync 0, 16; // HERE", "a barrier of 16 of the 32 threads is not covered" },
        {
            "setp.lt.u32 p0, tid, 16;\n@p0 bar.warp.sync 0xFFFFFFFF; // HERE\nbar.sync 0;",
            "the warp diverged: 16 lanes (mask 0x0000ffff) wait for others"
        },
        { "setp.lt.u32 p0, tid, 1; @p0 ret;\nbar.warp.sync 0xFFFFFFFF; // HERE", "lane 0 ended before the instruction" },
        { "bar.warp.sync 1; // HERE", "not among the members" },
        { "setp.lt.u32 p0, tid, 16; selp.b32 r2, 0xFFFFFFFF, 0xFFFF0000, p0;\nbar.warp.sync r2; // HERE", "lanes name different members" },
        {
            "setp.lt.u32 p0, tid, 16; @p0 bra few;\nshfl.sync.idx.b32 r2, r0, 3, 31, 0xFFFF0000; // HERE\nfew:",
            "shfl reads lane 3, which does not take part"
        },
        { "ldmatrix.sync.aligned.m8n8.x1.shared.b16 {r2}, [r1]; // HERE", "row of 16 bytes at the misaligned" },
        {
            "cp.async.ca.shared.global [r1], [in], 4;\ncp.async.wait_all;\nld.shared.b32 r2, [r0]; // HERE",
            "read in a race: thread 0 wrote it by cp.async"
        },
        {
            "cp.async.ca.shared.global [r1], [in], 4;\ncp.async.commit_group; bar.sync 0;\nld.shared.b32 r2, [r0]; // HERE",
            "before the cp.async that fills it was waited for"
        },
        {
            "cp.async.ca.shared.global [r1], [in], 4;\ncp.async.wait_group 0;\nld.shared.b32 r2, [r1]; // HERE",
            "before the cp.async that fills it was waited for"
        },
        { "cp.async.ca.shared.global [r1], [in], 4;\nst.shared.b32 [r1], tid; // HERE", "while a cp.async that fills it is under way" },
        { "cp.async.ca.shared.global [r1+4], [in], 8; // HERE", "misaligned" },
        { "cp.async.ca.shared.global [r1], [in+4], 4; // HERE", "outside every allocation" },
        { "cp.async.ca.shared.global [r1], [in], 4, 8; // HERE", "reads 8 bytes and writes 4" },
        { "loop: bra loop; // HERE", "has not ended" },
        { "frobnicate.b32 r0, r1; // HERE", "unknown instruction" },
        { "add.s32.wobbly r0, r1, r1; // HERE", "the modifier .wobbly is not covered" },
        { "add.s32 r0, r1; // HERE", "needs more" },
        { "add.s32 r0, r1, r1, r1; // HERE", "has 4 operands, of which 3 are understood" },
        { "add.f32 f0, f1, r1;\nadd.f32 f0, f1, l1; // HERE", "l1 is .b64 and the instruction works on .f32" },
        { "add.s32 r0, r1, f1; // HERE", "f1 is .f32 and the instruction works on .s32" },
        { "add.s32 r0, r1, nobody; // HERE", "nobody is not declared" },
        { "add.f32 f0, f1, 1; // HERE", "a constant of another kind" },
        { "bra nowhere; // HERE", "nowhere is not a label" },
        { "{ .reg .b32 r0; .reg .b32 r0; } // HERE", "declared twice" },
        { "ld.global.b32 r0, [s]; // HERE", "the variable is in shared memory" },
        { "atom.global.add.u32 r0, [in], 1; // HERE", "atomics are forbidden" },
        { "red.global.add.f32 [in], f0; // HERE", "atomics are forbidden" },
        { "cvt.f16.f32 h0, f0; // HERE", "a conversion to a narrower format names a rounding" },
        { "cp.async.cg.shared.global [r1], [in], 8; // HERE", ".cg copies 16 bytes, not 8" },
        { "mma.sync.aligned.m16n8k64.row.col.f32.f16.f16.f32 {f0,f1,f2,f3}, {r0,r1}, {r0}, {f0,f1,f2,f3}; // HERE", "not covered" },
        { "call.uni nobody; // HERE", "names no device function" },
    };

    [Theory, MemberData(nameof(Mistakes))]
    public void Is_reported_with_its_line(string text, string message)
    {
        var error = Assert.Throws<PtxException>(() => Snippet.Run<int, int>(Shared + text, [7], 1));
        Assert.Contains(message, error.Message);
        var lines = Snippet.Kernel(Snippet.Prologue + Shared + text).Split('\n');
        Assert.Equal(Array.FindIndex(lines, line => line.Contains("HERE", StringComparison.Ordinal)) + 1, error.Line);
    }

    [Fact]
    public void A_mma_in_a_warp_that_is_not_full_is_refused()
    {
        var error = Assert.Throws<PtxException>(() => Snippet.Run<int, int>(
            "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {f0,f1,f2,f3}, {r0,r1}, {r2}, {f0,f1,f2,f3};", [0], 1, group: new(16)));
        Assert.Contains("full warp", error.Message);
    }

    [Theory]
    [InlineData(".reg .b32 r0 st.x;", "';'")]
    [InlineData("add.s32 r0, r1 r2;", "','")]
    [InlineData(".tex x;", "unknown directive .tex")]
    [InlineData("mov.b32 r0, 0x;", "not a number")]
    public void Text_that_is_no_PTX_is_refused_with_its_line(string text, string message)
    {
        var error = Assert.Throws<PtxException>(() => PtxModule.Parse(Snippet.Kernel("\n" + text)));
        Assert.Contains(message, error.Message);
        Assert.Equal(8, error.Line);
    }
}
