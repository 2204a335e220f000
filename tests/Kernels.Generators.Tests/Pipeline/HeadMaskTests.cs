using Xunit;

namespace Kernels.Generators.Tests;

/// <summary>Blocks are classified for each batch and head only where the predicate asks which it is.</summary>
public sealed class HeadMaskTests
{
    [Theory]
    [InlineData("static bool M(int query, int key) => query - key < 9;", false)]
    [InlineData("static bool M(int batch, int head, int query, int key) => query - key < 9;", false)]
    [InlineData("static bool M(int batch, int head, int query, int key) => query - key < 9 + 0 * head || (false && batch > 1);", true)]
    [InlineData("static bool M(int batch, int head, int query, int key) { var h = head; return query - key < 9 || true && key < 4; }", false)]
    [InlineData("static bool M(int batch, int head, int query, int key) => query - key < 9 << head;", true)]
    [InlineData("static bool M(int batch, int head, int query, int key) => batch == 1;", true)]
    [InlineData("static bool M(int batch, int head, int query, int key) => Near(query - key, batch); static bool Near(int distance, int limit) => distance < limit;", true)]
    public void A_mask_depends_on_the_head_where_its_value_does(string mask, bool depends)
    {
        var generated = Compiling.Generate(Compiling.Compilation($$"""
            using Kernels;
            public static partial class Declared
            {
                [MaskedAttention(HeadDim = 16, Mask = nameof(M), Score = nameof(S))] public static partial AttentionKernel K { get; }
                {{mask}}
                static float S(float score, int batch, int head, int query, int key) => score - head * 0.5f;
            }
            """));
        Compiling.AssertCompiles(generated);
        Assert.Single(generated.SyntaxTrees, tree => tree.ToString().Contains($"PerHead = {(depends ? "true" : "false")},"));
    }
}
