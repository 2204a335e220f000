using System.Globalization;
using Kernels.Testing.Ptx;

namespace Kernels.Testing.Tests.Ptx;

/// <summary>Runs a few PTX instructions in one thread or one warp.</summary>
internal static class Snippet
{
    /// <summary>
    /// Runs <paramref name="text"/> in one thread and returns register <paramref name="result"/>. Source i is found in h, r and l
    /// followed by i (its low 16, 32 and all 64 bits) and in predicate p followed by i (whether it is not 0).
    /// </summary>
    public static ulong Evaluate(string text, string result, params ReadOnlySpan<ulong> sources)
    {
        using var machine = new PtxMachine();
        using var input = machine.Allocate<ulong>([.. sources, .. new ulong[4 - sources.Length]]);
        using var output = machine.Allocate<ulong>(0);
        var loads = string.Concat(Enumerable.Range(0, 4).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""
            ld.global.b64 l{{i}}, [in+{{8 * i}}];
            cvt.u32.u64 r{{i}}, l{{i}};
            cvt.u16.u64 h{{i}}, l{{i}};
            setp.ne.b64 p{{i}}, l{{i}}, 0;

            """)));
        var store = result[0] switch
        {
            'l' => $"st.global.b64 [out], {result};",
            'r' => $"st.global.b32 [out], {result};",
            'h' => $"st.global.b16 [out], {result};",
            _ => $"selp.b32 r9, 1, 0, {result}; st.global.b32 [out], r9;",
        };
        var module = PtxModule.Parse(Kernel($$"""
            .reg .b16 h<10>; .reg .b32 r<10>; .reg .b64 l<10>, in, out; .reg .pred p<10>;
            ld.param.b64 in, [first]; ld.param.b64 out, [second];
            {{loads}}
            {{text}}
            {{store}}
            """));
        machine.Launch(module, "kernel", 1, 1, 0, input.Pointer, output.Pointer);
        return output.Span[0];
    }

    /// <summary>A module with one kernel of two pointer parameters, <c>first</c> and <c>second</c>.</summary>
    public static string Kernel(string body) => $$"""
        .version 8.5
        .target sm_80
        .address_size 64
        .extern .shared .align 16 .b8 dynamic[];
        .visible .entry kernel(.param .b64 first, .param .b64 second)
        {
        {{body}}
        ret;
        }
        """;

    /// <summary>Runs a body on arrays: <paramref name="input"/> is <c>first</c>, the result <c>second</c>; lane numbers are in <c>lane</c>.</summary>
    public static TOut[] Run<TIn, TOut>(string body, TIn[] input, int outputs, Extent? group = null, int sharedBytes = 0)
        where TIn : unmanaged where TOut : unmanaged
    {
        using var machine = new PtxMachine();
        using var first = machine.Allocate<TIn>(input);
        using var second = machine.Allocate<TOut>(new TOut[outputs]);
        machine.Launch(PtxModule.Parse(Kernel(Prologue + body)), "kernel", 1, group ?? 32, sharedBytes, first.Pointer, second.Pointer);
        return second.Span.ToArray();
    }

    /// <summary>Registers for bodies: <c>in</c>, <c>out</c>, <c>tid</c>, and scratch of every kind.</summary>
    public const string Prologue = """
        .reg .b16 h<10>; .reg .b32 r<20>, tid; .reg .b64 l<10>, in, out; .reg .f32 f<10>; .reg .pred p<10>;
        ld.param.b64 in, [first]; ld.param.b64 out, [second];
        mov.u32 tid, %tid.x;

        """;
}
