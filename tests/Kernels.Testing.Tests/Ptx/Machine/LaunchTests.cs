using Kernels.Testing.Ptx;
using Xunit;

namespace Kernels.Testing.Tests.Ptx.Machine;

/// <summary>Launches that do not fit their kernel are refused before anything runs.</summary>
public sealed class LaunchTests
{
    private const string Text = """
        .version 8.5
        .target sm_80
        .address_size 64
        .extern .shared .align 16 .b8 dynamic[];
        .visible .entry sum(.param .align 8 .b8 view[16], .param .b32 n, .param .b8 flag) .maxntid 64, 1, 1 { .shared .align 4 .b8 s[1024]; ret; }
        .visible .entry large() { .shared .align 4 .b8 s[50000]; ret; }
        .visible .entry exact() .reqntid 32, 2, 1 { ret; }
        """;

    [Fact]
    public void Arguments_must_match_the_parameters()
    {
        Assert.Contains("has 3 parameters and the launch passes 1 arguments", Refusal("sum", 1, 32, 0, 5));
        Assert.Contains("view holds 16 bytes and the launch passes 4", Refusal("sum", 1, 32, 0, 5, 5, PtxArgument.Of((byte)1)));
        Assert.Contains("flag holds 1 bytes and the launch passes 4", Refusal("sum", 1, 32, 0, PtxArgument.Of((0L, 0L)), 5, 1));
        Assert.Contains("holds no kernel product; it holds sum, large, exact", Refusal("product", 1, 32, 0));
    }

    [Fact]
    public void Sizes_must_be_within_the_limits()
    {
        PtxArgument[] fitting = [PtxArgument.Of((0L, 0L)), 5, PtxArgument.Of((byte)1)];
        Assert.Contains("groups of 65 threads and .maxntid allows 64", Refusal("sum", 1, 65, 0, fitting));
        Assert.Contains("groups of 32 threads and .reqntid demands 64", Refusal("exact", 1, 32, 0));
        Assert.Contains("50000 bytes of static shared memory", Refusal("large", 1, 32, 0));
        Assert.Contains("1024 static and 48640 dynamic bytes", Refusal("sum", 1, 32, 48640, fitting));
        Assert.Contains("a grid of (0, 1, 1) groups", Refusal("sum", 0, 32, 0, fitting));
        Assert.Contains("a grid of (1, 65536, 1) groups", Refusal("sum", new(1, 65536), 32, 0, fitting));
        Assert.Contains("groups of (1025, 1, 1) threads", Refusal("exact", 1, 1025, 0));
    }

    [Fact]
    public void A_freed_buffer_is_out_of_bounds()
    {
        using var machine = new PtxMachine();
        var first = machine.Allocate(1);
        using var second = machine.Allocate(2);
        var module = PtxModule.Parse(Snippet.Kernel(Snippet.Prologue + "ld.global.b32 r0, [in]; st.global.b32 [out], r0;"));
        machine.Launch(module, "kernel", 1, 1, 0, first.Pointer, second.Pointer);
        Assert.Equal(1, second.Span[0]);
        var pointer = first.Pointer;
        first.Dispose();
        var error = Assert.Throws<PtxException>(() => machine.Launch(module, "kernel", 1, 1, 0, pointer, second.Pointer));
        Assert.Contains("outside every allocation", error.Message);
    }

    private static string Refusal(string entry, Extent grid, Extent group, int shared, params PtxArgument[] arguments)
    {
        using var machine = new PtxMachine();
        return Assert.Throws<PtxException>(() => machine.Launch(PtxModule.Parse(Text), entry, grid, group, shared, arguments)).Message;
    }
}
