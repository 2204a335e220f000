using Kernels.Testing.Ptx;
using Xunit;

namespace Kernels.Testing.Tests.Ptx.Machine;

/// <summary>Divergence, memory spaces, calls, tables and asynchronous copies where nothing is wrong.</summary>
public sealed class ExecutionTests
{
    [Fact]
    public void Lanes_that_loop_for_different_times_meet_again()
    {
        // Collatz steps of the lane's number, then an exchange that needs all lanes.
        var output = Snippet.Run<int, int>("""
            mul.wide.u32 l1, tid, 8; add.u64 out, out, l1;
            add.u32 r0, tid, 1; mov.b32 r1, 0;
            again: setp.eq.u32 p0, r0, 1; @p0 bra done;
            and.b32 r2, r0, 1; setp.eq.u32 p1, r2, 1;
            @p1 mad.lo.u32 r0, r0, 3, 1;
            @!p1 shr.u32 r0, r0, 1;
            add.u32 r1, r1, 1;
            bra.uni again;
            done: redux.sync.max.u32 r3, r1, 0xFFFFFFFF;
            st.global.v2.b32 [out], {r1, r3};
            """, [0], 64);
        for (var lane = 0; lane < 32; lane++)
        {
            var (n, steps) = (lane + 1, 0);
            for (; n != 1; steps++) n = n % 2 == 0 ? n / 2 : 3 * n + 1;
            Assert.Equal((steps, 111), (output[2 * lane], output[2 * lane + 1]));
        }
    }

    [Fact]
    public void An_indexed_branch_sends_each_lane_to_its_label()
    {
        var output = Snippet.Run<int, int>("""
            mul.wide.u32 l1, tid, 4; add.u64 out, out, l1;
            and.b32 r0, tid, 3;
            targets: .branchtargets a, b, c, a;
            brx.idx r0, targets;
            a: mov.b32 r1, 10; bra end;
            b: mov.b32 r1, 20; bra end;
            c: mov.b32 r1, 30;
            end: st.global.b32 [out], r1;
            """, [0], 32);
        Assert.Equal(Enumerable.Range(0, 32).Select(lane => new[] { 10, 20, 30, 10 }[lane % 4]), output);
    }

    [Fact]
    public void Threads_are_numbered_x_first_and_the_last_warp_may_be_ragged()
    {
        var output = Snippet.Run<int, int>("""
            mov.u32 r0, %tid.y; mov.u32 r1, %tid.z; mov.u32 r2, %ntid.x; mov.u32 r3, %ntid.y;
            mad.lo.u32 r4, r1, r3, r0; mad.lo.u32 r4, r4, r2, tid;
            mul.wide.u32 l1, r4, 4; add.u64 out, out, l1;
            mov.u32 r5, %laneid; mov.u32 r6, %warpid; mad.lo.u32 r6, r6, 32, r5;
            bar.sync 0;
            st.global.b32 [out], r6;
            """, [0], 42, group: new(7, 3, 2));
        Assert.Equal(Enumerable.Range(0, 42), output);
    }

    [Fact]
    public void Dynamic_shared_memory_follows_the_static_one_and_warp_barriers_order_it()
    {
        var output = Snippet.Run<int, int>("""
            .shared .align 4 .b8 s[20];
            mov.u32 r0, dynamic; mov.u32 r1, s; sub.u32 r2, r0, r1;
            shl.b32 r3, tid, 2; add.u32 r4, r0, r3;
            st.shared.b32 [r4], tid;
            bar.warp.sync 0xFFFFFFFF;
            xor.b32 r5, r3, 4; add.u32 r5, r0, r5;
            ld.shared.b32 r6, [r5];
            bar.warp.sync 0xFFFFFFFF;
            st.shared.b32 [r4], r6;
            ld.shared.b32 r7, [r4];
            mul.wide.u32 l1, tid, 8; add.u64 out, out, l1;
            st.global.v2.b32 [out], {r7, r2};
            """, [0], 64, sharedBytes: 128);
        for (var lane = 0; lane < 32; lane++) Assert.Equal((lane ^ 1, 32), (output[2 * lane], output[2 * lane + 1]));
    }

    [Fact]
    public void Generic_addresses_reach_every_space()
    {
        var output = Snippet.Run<int, int>("""
            .shared .align 4 .b8 s[4]; .local .align 4 .b8 d[4];
            mov.u64 l0, s; cvta.shared.u64 l1, l0; mov.u64 l2, d; cvta.local.u64 l3, l2;
            st.b32 [l1], 5; st.local.b32 [d], 6; ld.b32 r0, [l3]; ld.shared.b32 r1, [s]; ld.b32 r2, [in];
            cvta.to.shared.u64 l4, l1; ld.shared.b32 r3, [l4];
            st.v4.b32 [out], {r0, r1, r2, r3};
            """, [7], 4, group: new(1));
        Assert.Equal([6, 5, 7, 5], output);
    }

    [Fact]
    public void Calls_pass_structures_and_nest()
    {
        using var machine = new PtxMachine();
        using var output = machine.Allocate(0f, 0f);
        var module = PtxModule.Parse("""
            .version 8.5
            .target sm_80
            .address_size 64
            .const .align 4 .f32 table[4] = {0f3F800000, 0f40000000, 2.5, -4.0};
            .global .align 4 .b32 count = 41;
            .visible .func (.param .f32 result) square(.param .f32 x);
            .visible .func (.param .align 8 .b8 result[8]) both(.param .align 8 .b8 pair[8])
            {
                .reg .f32 %f<4>;
                ld.param.f32 %f0, [pair]; ld.param.f32 %f1, [pair+4];
                { .param .f32 a; st.param.f32 [a], %f0; .param .f32 r; call.uni (r), square, (a); ld.param.f32 %f2, [r]; }
                { .param .f32 a; st.param.f32 [a], %f1; .param .f32 r; call.uni (r), square, (a); ld.param.f32 %f3, [r]; }
                st.param.v2.f32 [result], {%f2, %f3};
                ret;
            }
            .visible .func (.param .f32 result) square(.param .f32 x)
            {
                .reg .f32 %f<2>; .reg .pred %p<1>;
                ld.param.f32 %f0, [x];
                mul.f32 %f1, %f0, %f0;
                setp.lt.f32 %p0, %f0, 0f00000000;
                @%p0 bra negative;
                st.param.f32 [result], %f1;
                ret;
                negative: neg.f32 %f1, %f1; st.param.f32 [result], %f1;
                ret;
            }
            .visible .entry kernel(.param .u64 out)
            {
                .reg .f32 %f<4>; .reg .b64 %rd<2>; .reg .b32 %r<2>;
                ld.param.u64 %rd0, [out];
                mov.u64 %rd1, table;
                { .param .align 8 .b8 pair[8]; ld.const.f32 %f0, [%rd1+8]; ld.const.f32 %f1, [table+12];
                  st.param.f32 [pair], %f0; st.param.f32 [pair+4], %f1;
                  .param .align 8 .b8 r[8]; call.uni (r), both, (pair); ld.param.v2.f32 {%f2, %f3}, [r]; }
                ld.global.b32 %r0, [count]; add.s32 %r0, %r0, 1; st.global.b32 [count], %r0;
                cvt.rn.f32.s32 %f0, %r0; add.f32 %f3, %f3, %f0;
                st.global.v2.f32 [%rd0], {%f2, %f3};
                ret;
            }
            """);
        machine.Launch(module, "kernel", 1, 1, 0, output.Pointer);
        Assert.Equal([6.25f, 26f], output.Span.ToArray());
        machine.Launch(module, "kernel", 1, 1, 0, output.Pointer);
        Assert.Equal([6.25f, 27f], output.Span.ToArray());
    }

    [Fact]
    public void Asynchronous_copies_arrive_when_they_are_waited_for_and_fill_with_zeros()
    {
        // Two groups in flight: the first is waited for, the second is not, and its bytes must still be old.
        var output = Snippet.Run<int, int>("""
            .shared .align 16 .b8 s[1024];
            mov.u32 r0, s; shl.b32 r1, tid, 4; add.u32 r0, r0, r1; add.u32 r9, r0, 512;
            mul.wide.u32 l0, tid, 16; add.u64 in, in, l0; add.u64 out, out, l0;
            cp.async.cg.shared.global [r0], [in], 16; cp.async.commit_group;
            cp.async.ca.shared.global [r9], [in], 16, 4; cp.async.commit_group;
            cp.async.wait_group 1; bar.sync 0;
            xor.b32 r2, r1, 16; mov.u32 r3, s; add.u32 r3, r3, r2;
            ld.shared.v2.b32 {r4, r5}, [r3];
            cp.async.wait_group 0; bar.sync 0;
            ld.shared.v2.b32 {r6, r7}, [r3+512];
            st.global.v4.b32 [out], {r4, r5, r6, r7};
            """, [.. Enumerable.Range(1, 128)], 128);
        for (var lane = 0; lane < 32; lane++)
        {
            var from = 4 * (lane ^ 1);
            Assert.Equal([from + 1, from + 2, from + 1, 0], output[(4 * lane)..(4 * lane + 4)]);
        }
    }

    [Fact]
    public void A_copy_may_ignore_its_source_by_a_predicate()
    {
        var output = Snippet.Run<int, int>("""
            .shared .align 16 .b8 s[128];
            mov.u32 r0, s; shl.b32 r1, tid, 2; add.u32 r0, r0, r1; cvt.u64.u32 l0, r1; add.u64 in, in, l0; add.u64 out, out, l0;
            setp.ge.u32 p0, tid, 20;
            cp.async.ca.shared.global [r0], [in], 4, p0;
            cp.async.wait_all;
            ld.shared.b32 r2, [r0];
            st.global.b32 [out], r2;
            """, [.. Enumerable.Range(1, 20)], 32);
        Assert.Equal(Enumerable.Range(1, 20).Concat(new int[12]), output);
    }
}
