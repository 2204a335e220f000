using System.Runtime.Loader;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Kernels.Generators.Tests;

/// <summary>Where kernels may be declared.</summary>
public sealed class HostTests
{
    // Names differ by case, by nesting, by namespace; some are keywords, some are names the generator would like to use.
    private const string Hosts = """
        using System;
        using Kernels;

        [DenseMatMulHost] partial class C { [DenseMatMul] public static partial MatMulKernel K { get; } [DenseMatMul] static partial MatMulKernel k { get; } }
        partial class c { [DenseMatMul] internal static partial MatMulKernel K { get; } }
        namespace C1 { partial class C { [Kernels.DenseMatMul] protected static partial Kernels.MatMulKernel K { get; } } }
        namespace @namespace.@class
        {
            static partial class @static
            {
                [global::Kernels.DenseMatMul(Epilogue = nameof(@if))] public static partial global::Kernels.MatMulKernel @new { get; }
                static float @if(float @else) => @else + @const;
                const float @const = 2;

                [MaskedAttention(HeadDim = 16, Mask = nameof(@for), Score = nameof(@do))] public static partial AttentionKernel @event { get; }
                static bool @for(int @in, int @out) => @in > @out;
                static float @do(float @as, int @in, int @out) => @as * @in;
            }
        }
        partial struct S { partial record R { private protected partial class P { partial record struct Q { [DenseMatMul] internal static partial MatMulKernel K { get; } } } } }
        partial class Taken
        {
            [DenseMatMul] public static partial MatMulKernel K { get; }
            class KPrograms; int KPrograms1; void KPrograms2() { }
        }
        partial class LPrograms { [DenseMatMul] public static partial MatMulKernel L { get; } }
        partial class Base { protected class KPrograms; }
        partial class Derived : Base { [DenseMatMul] public static partial MatMulKernel? K { get; } new class KPrograms; }
        partial class Hiding : Base2 { [DenseMatMul] public static new partial MatMulKernel K { get; } }
        class Base2 { public static int K; }
        partial class Shadow
        {
            class System; class Kernels1; class Vector512; class Math;
            [DenseMatMul] public static partial global::Kernels.MatMulKernel K { get; }
        }
        namespace Shadowed { class Math; class MathF; class Math2; partial class Host { [DenseMatMul] public static partial MatMulKernel K { get; } [DenseAttention(HeadDim = 16)] public static partial AttentionKernel A { get; } } }
        class DenseMatMulHostAttribute : Attribute;
        """;

    private const string FileScoped = """
        using K = Kernels;
        namespace File.Scoped;
        public static unsafe partial class Ünïcode { [K.AnchorAttention(HeadDim = 16)] public static unsafe partial K.AttentionKernel Näme_1 { get; } }
        """;

    [Fact]
    public void Any_class_struct_or_record_can_hold_kernels_whatever_its_name()
    {
        var generated = Compiling.Generate(Compiling.Compilation(Hosts, FileScoped));
        Compiling.AssertCompiles(generated);
        var paths = generated.SyntaxTrees.Select(tree => tree.FilePath).Where(path => path.EndsWith(".g.cs", StringComparison.Ordinal)).ToArray();
        Assert.Equal(15, paths.Count(path => !path.Contains("MatMul_", StringComparison.Ordinal) && !path.Contains("Attention_", StringComparison.Ordinal)));
        Assert.Equal(paths.Length, paths.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.DoesNotContain(Compiling.Diagnose(Compiling.Compilation(Hosts, FileScoped)), diagnostic => diagnostic.Id.StartsWith("KRN", StringComparison.Ordinal));
    }

    [Fact]
    public void A_kernel_says_what_was_declared_and_equal_declarations_share_a_hash()
    {
        const string source = """
            using Kernels;
            public static partial class Outer
            {
                public static partial class Inner
                {
                    [AnchorAttention(HeadDim = 24, Theta = float.PositiveInfinity, Step = 4, Block = 64)] public static partial AttentionKernel Anchor { get; }
                    [DenseAttention(HeadDim = 32, Causal = false, Scale = 0.1f)] public static partial AttentionKernel Dense { get; }
                    [DenseAttention(Scale = 0.1f, HeadDim = 32, Causal = false)] public static partial AttentionKernel Same { get; }
                    [DenseAttention(HeadDim = 32, Causal = false)] public static partial AttentionKernel Other { get; }
                    [SemiStructuredMatMul(Kept = 2, Of = 4)] public static partial MatMulKernel Sparse { get; }
                }
            }
            """;
        var context = new AssemblyLoadContext("hosts", isCollectible: true);
        var type = Compiling.Load(Compiling.Generate(Compiling.Compilation(source)), context).GetType("Outer+Inner")!;
        AttentionDeclaration Attention(string name) => ((AttentionKernel)type.GetProperty(name)!.GetValue(null)!).Declaration;
        var (anchor, dense) = (Attention("Anchor"), Attention("Dense"));
        Assert.Equal(("Outer.Inner.Anchor", AttentionPattern.Anchor, 24, true), (anchor.Name, anchor.Pattern, anchor.HeadDim, anchor.Causal));
        Assert.Equal((64, 4, float.PositiveInfinity, (float)(1 / Math.Sqrt(24))), (anchor.Block, anchor.Step, anchor.Theta, anchor.Scale));
        Assert.Equal((AttentionPattern.Dense, 32, false, 0.1f), (dense.Pattern, dense.HeadDim, dense.Causal, dense.Scale));
        Assert.Equal(dense.Hash, Attention("Same").Hash);
        Assert.NotEqual(dense.Hash, Attention("Other").Hash);
        var product = ((MatMulKernel)type.GetProperty("Sparse")!.GetValue(null)!).Declaration;
        Assert.Equal((WeightFormat.SemiStructured, 2, 4), (product.Format, product.Kept, product.Of));
        context.Unload();
    }

    [Fact]
    public void Kernels_share_the_programs_they_have_in_common()
    {
        const string source = """
            using Kernels;
            static partial class A { [DenseAttention(HeadDim = 16)] public static partial AttentionKernel Dense { get; } [DenseMatMul] public static partial MatMulKernel Product { get; } }
            static partial class B { [AnchorAttention(HeadDim = 16)] public static partial AttentionKernel Anchor { get; } [DenseMatMul] public static partial MatMulKernel Product { get; } }
            static partial class C { [DenseAttention(HeadDim = 32)] public static partial AttentionKernel Wider { get; } }
            """;
        var generated = Compiling.Generate(Compiling.Compilation(source));
        Compiling.AssertCompiles(generated);
        int Count(string prefix) => generated.SyntaxTrees.Count(tree => Path.GetFileName(tree.FilePath).StartsWith(prefix, StringComparison.Ordinal));
        Assert.Equal(1, Count("SimdMatMul_"));
        Assert.Equal(2, Count("SimdAttention_"));
    }

    [Fact]
    public void A_refused_kernel_throws_with_the_diagnostic_when_it_is_read()
    {
        const string source = "using Kernels; public static partial class Host { [DenseAttention(HeadDim = 1)] public static partial AttentionKernel K { get; } }";
        var context = new AssemblyLoadContext("refused", isCollectible: true);
        var property = Compiling.Load(Compiling.Generate(Compiling.Compilation(source)), context).GetType("Host")!.GetProperty("K")!;
        var thrown = Assert.Throws<System.Reflection.TargetInvocationException>(() => property.GetValue(null)).InnerException;
        Assert.Equal("Kernel Host.K was not generated: KRN0010.", Assert.IsType<InvalidOperationException>(thrown).Message);
        context.Unload();
    }
}
