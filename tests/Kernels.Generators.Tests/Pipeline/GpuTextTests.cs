using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace Kernels.Generators.Tests;

/// <summary>What may not stand in the text of a GPU kernel.</summary>
public sealed class GpuTextTests
{
    private const string Declarations = """
        using System;
        using Kernels;
        public static partial class Declared
        {
            [DenseAttention(HeadDim = 64)] public static partial AttentionKernel Causal { get; }
            [MaskedAttention(HeadDim = 20, Mask = nameof(Blocks), Score = nameof(Slope))] public static partial AttentionKernel Masked { get; }
            [AnchorAttention(HeadDim = 32, Block = 32, Step = 2, Theta = 2f)] public static partial AttentionKernel Anchor { get; }
            [DenseMatMul(Epilogue = nameof(Bend))] public static partial MatMulKernel Dense { get; }
            [SemiStructuredMatMul] public static partial MatMulKernel TwoOfFour { get; }
            [GroupMatMul(GroupRows = 2, Epilogue = nameof(Bend))] public static partial MatMulKernel Pairs { get; }
            [GroupConvolution(GroupRows = 16, Window = 2, Stride = 2)] public static partial ConvolutionKernel Convolution { get; }
            [DepthwiseConvolution(Stride = 2)] public static partial DepthwiseKernel Depthwise { get; }
            static bool Blocks(int query, int key) => query / 64 == key / 64 || key % 16 == 3;
            static float Slope(float score, int query, int key) => score - (query - key) / 8;
            static float Bend(float x) => (int)x % 4 == 0 ? x / 2f : x;
        }
        """;

    // ILGPU turns them into shifts that are wrong for negative values.
    [Fact]
    public void Integers_are_never_divided_by_a_power_of_two()
    {
        var generated = Compiling.Generate(Compiling.Compilation(Declarations));
        Compiling.AssertCompiles(generated);
        var programs = generated.SyntaxTrees.Where(tree => Path.GetFileName(tree.FilePath).StartsWith("Gpu", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(programs);
        foreach (var tree in programs)
        {
            var model = generated.GetSemanticModel(tree);
            foreach (var division in tree.GetRoot().DescendantNodes().OfType<BinaryExpressionSyntax>())
            {
                if (!division.IsKind(SyntaxKind.DivideExpression) && !division.IsKind(SyntaxKind.ModuloExpression)) continue;
                if (model.GetConstantValue(division.Right).Value is not int divisor || model.GetConstantValue(division).HasValue) continue;
                Assert.False(int.IsPow2(Math.Abs(divisor)), $"{division} in {tree.FilePath}");
            }
        }
    }
}
