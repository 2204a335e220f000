using Microsoft.CodeAnalysis;
using Xunit;

namespace Kernels.Generators.Tests;

/// <summary>Wrong declarations of every shape: the expected diagnostics on the marked text, nothing else, and never a crash.</summary>
public sealed class RefusedDeclarationTests
{
    private const string Masked = "[MaskedAttention(HeadDim = 64, Mask = nameof(M))] public static partial AttentionKernel K { get; }";

    private const string Product = "[DenseMatMul(Epilogue = nameof(E))] public static partial MatMulKernel K { get; }";

    // Text between ⟦ and ⟧ is where the diagnostic must stand.
    [Theory]
    [InlineData("KRN0001", "partial class C { [DenseMatMul] public partial MatMulKernel ⟦K⟧ { get; } }")]
    [InlineData("KRN0001", "partial class C { [DenseMatMul] public MatMulKernel ⟦K⟧ { get; } = null!; }", "KRN0003")]
    [InlineData("KRN0002", "partial class C { [DenseMatMul] public static partial ⟦string?⟧ K { get; } }")]
    [InlineData("KRN0002", "partial class C { [DenseMatMul] public static partial ⟦ref MatMulKernel⟧ K { get; } }")]
    [InlineData("KRN0003", "partial class C { [DenseMatMul] public static partial MatMulKernel ⟦K⟧ { get; private set; } }")]
    [InlineData("KRN0003", "partial class C { [DenseMatMul] public static partial MatMulKernel ⟦K⟧ { set; } }")]
    [InlineData("KRN0003", "partial class C { [DenseMatMul] public static partial MatMulKernel ⟦K⟧ { get; } public static partial MatMulKernel K => null!; }")]
    [InlineData("KRN0012", "partial class C { [DenseAttention(HeadDim = 64, ⟦HeadDims = new[] { 64 }⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN0012", "partial class C { [GroupConvolution(⟦GroupRows = 4⟧)] public static partial ConvolutionFamily K { get; } }")]
    [InlineData("KRN0002", "partial class C { [DepthwiseConvolution] public static partial ⟦ConvolutionFamily⟧ K { get; } }")]
    [InlineData("KRN0013", "partial class C { [DenseAttention(⟦HeadDims = new[] { 64, 64 }⟧)] public static partial AttentionFamily K { get; } }")]
    [InlineData("KRN0013", "partial class C { [DenseAttention(⟦HeadDims = new int[] { }⟧)] public static partial AttentionFamily K { get; } }")]
    [InlineData("KRN0010", "partial class C { [DenseAttention(⟦HeadDims = new[] { 4, 64 }⟧)] public static partial AttentionFamily K { get; } }")]
    [InlineData("KRN0002", "partial class C { [DenseMatMul] public static partial ⟦AttentionFamily⟧ K { get; } }")]
    [InlineData("KRN1010", "partial class C { [SelectedAttention(HeadDim = 64, TopK = 3, ⟦Mass = 0.5f⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [SelectedAttention(HeadDim = 64, ⟦Mass = 1.5f⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [SelectedAttention(HeadDim = 64, TopK = 1, ⟦Estimator = KeyEstimator.LastRows⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [SelectedAttention(HeadDim = 64, TopK = 1, Estimator = KeyEstimator.Bounds, ⟦Rows = 16⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [SelectedAttention(HeadDim = 64, TopK = 1, Estimator = KeyEstimator.GroupGate, ⟦Rows = 64⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [SelectedAttention(HeadDim = 64, TopK = 1, Estimator = KeyEstimator.GroupGate, ⟦Causal = false⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [SelectedAttention(HeadDim = 64, TopK = 1, Estimator = KeyEstimator.GroupGate, ⟦Reduction = GroupReduction.Any⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [SelectedAttention(HeadDim = 64, TopK = 1, ⟦DenseGroups = -1⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [SelectedAttention(HeadDim = 64, TopK = 1, Estimator = KeyEstimator.Antidiagonal, ⟦Stride = 48⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [SelectedAttention(HeadDim = 64, TopK = 1, Estimator = KeyEstimator.Probabilities, ⟦Block = 48⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [SelectedAttention(HeadDim = 64, TopK = 1, Estimator = KeyEstimator.Antidiagonal, ⟦SelfSimilarity = 0.5f⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [VerticalSlashAttention(HeadDim = 64, ⟦LastRows = 0⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [SelectedAttention(HeadDim = 64, ⟦Difference = float.NaN⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [FlexPrefillAttention(HeadDim = 64, ⟦Divergence = float.NaN⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [FlexPrefillAttention(HeadDim = 64, ⟦Block = 100⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [FlexPrefillAttention(HeadDim = 64, ⟦MinBudget = -1⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [FlexPrefillAttention(HeadDim = 64, ⟦Causal = false⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [ObservationWindowAttention(HeadDim = 64, ⟦Capacity = 32⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [ObservationWindowAttention(HeadDim = 64, ⟦PoolWidth = 4⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [ObservationWindowAttention(HeadDim = 64, ⟦Reduction = GroupReduction.None⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [ObservationWindowAttention(HeadDim = 64, ⟦OwnShare = 2⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1011", "partial class C { [RoutedAttention(HeadDim = 64, ⟦Cluster = 0⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN0021", "partial class C { [SelectedAttention(HeadDim = 64, ⟦Select = nameof(S)⟧)] public static partial AttentionKernel K { get; } static bool S(int block) => true; }")]
    [InlineData("KRN0005", "partial interface C { [DenseMatMul] public static partial MatMulKernel ⟦K⟧ { get; } }")]
    [InlineData("KRN0005", "partial class Outer<T> { partial struct C { [DenseMatMul] public static partial MatMulKernel ⟦K⟧ { get; } } }")]
    [InlineData("KRN0010", "partial class C { [⟦DenseAttention⟧] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN0010", "partial class C { [AnchorAttention(⟦HeadDim = -64⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN0011", "partial class C { [DenseAttention(HeadDim = 64, ⟦Scale = float.NaN⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN0011", "partial class C { [DenseAttention(HeadDim = 64, ⟦Scale = 1f / 0f⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN0020", "partial class C { [DenseMatMul(⟦Epilogue = nameof(K)⟧)] public static partial MatMulKernel K { get; } }")]
    [InlineData("KRN0020", "partial class C { [DenseMatMul(⟦Epilogue = \"Base\"⟧)] public static partial MatMulKernel K { get; } static C() { } }")]
    [InlineData("KRN0021", "partial class C { [DenseMatMul(⟦Epilogue = nameof(E)⟧)] public static partial MatMulKernel K { get; } float E(float x) => x; }")]
    [InlineData("KRN0021", "partial class C { [DenseMatMul(⟦Epilogue = nameof(E)⟧)] public static partial MatMulKernel K { get; } static float E(ref float x) => x; }")]
    [InlineData("KRN0021", "partial class C { [DenseMatMul(⟦Epilogue = nameof(E)⟧)] public static partial MatMulKernel K { get; } static T E<T>(T x) => x; }")]
    [InlineData("KRN0021", "partial class C { [DenseMatMul(⟦Epilogue = nameof(E)⟧)] public static partial MatMulKernel K { get; } static void E(float x) { } }")]
    [InlineData("KRN0023", "partial class C { " + Product + " [System.Runtime.InteropServices.DllImport(\"m\")] static extern float E(float x); }", "", "Epilogue = nameof(E)")]
    [InlineData("KRN0023", "partial class C { " + Product + " static float E(float x) => ⟦BitConverter.Int32BitsToSingle(1)⟧ + x; }")]
    [InlineData("KRN0023", "partial class C { " + Product + " static float F { get; } = 1; static float E(float x) => ⟦F⟧ + x; }")]
    [InlineData("KRN0030", "partial class C { " + Product + " static float f; static float E(float x) => ⟦f⟧ + x; }")]
    [InlineData("KRN0030", "partial class C { " + Product + " static float f; static float E(float x) { ⟦f = x⟧; return x; } }")]
    [InlineData("KRN0030", "partial class C { " + Product + " static float E(float x) { ⟦while (x > 1) x *= 0.5f;⟧ return x; } }")]
    [InlineData("KRN0030", "partial class C { " + Product + " static float E(float x) => ⟦x % 3f⟧; }")]
    [InlineData("KRN0030", "partial class C { " + Product + " static float E(float x) { float y; return (⟦y = x⟧) + y; } }")]
    [InlineData("KRN0030", "partial class C { " + Product + " static float E(float x) { return ⟦L(x)⟧; static float L(float y) => y; } }")]
    [InlineData("KRN0030", "partial class C { " + Product + " static float E(float x) { ⟦try { return x; } finally { }⟧ } }")]
    [InlineData("KRN0030", "partial class C { " + Product + " static float E(float x) => ⟦G<int>(x)⟧; static float G<T>(float x) => x; }")]
    [InlineData("KRN0030", "partial class C { " + Product + " static float E(float x) { ⟦Console.WriteLine()⟧; return x; } }")]
    [InlineData("KRN0030", "partial class C { " + Product + " static float E(float x) { ⟦goto end;⟧ end: return x; } }")]
    [InlineData("KRN0031", "partial class C { " + Product + " static float E(float x) => (float)⟦Math.Exp(x)⟧; }")]
    [InlineData("KRN0031", "partial class C { " + Product + " static float E(float x) { var y = ⟦new[] { x }⟧; return y[0]; } }")]
    [InlineData("KRN0031", "partial class C { " + Product + " static float E(float x) => (float)⟦(uint)(int)x⟧; }")]
    [InlineData("KRN0032", "partial class C { " + Product + " static float E(float x) => A(x); static float A(float x) => B(x); static float B(float x) => ⟦A(x)⟧; }")]
    [InlineData("KRN0032", "partial class C { " + Product + " static readonly float A = B + 1, B = ⟦A⟧ + 1; static float E(float x) => A + x; }")]
    [InlineData("KRN0033", "partial class C { " + Product + " static float E(float x) { if (x > 3) ⟦throw new Exception();⟧ return x; } }")]
    [InlineData("KRN0033", "partial class C { " + Product + " static float E(float x) => x switch { > 0 => 1f, _ => ⟦throw new Exception()⟧ }; }")]
    [InlineData("KRN0034", "partial class C { " + Masked + " static bool M(int q, int k) { checked { return ⟦q + k⟧ > 3; } } }")]
    [InlineData("KRN0034", "partial class C { " + Product + " static float E(float x) => checked(⟦(int)x⟧); }")]
    [InlineData("KRN0034", "partial class C { " + Masked + " static bool M(int q, int k) { checked { ⟦q++⟧; } return q > k; } }")]
    [InlineData("KRN0036", "partial class C { " + Product + " static float E(float x) => ⟦MathF.Cbrt(x)⟧; }")]
    [InlineData("KRN0036", "partial class C { " + Masked + " static bool M(int q, int k) => ⟦int.PopCount(q ^ k)⟧ < 3; }")]
    [InlineData("KRN1001", "partial class C { [MaskedAttention(HeadDim = 64, ⟦Mask = \"\"⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1002", "partial class C { [AnchorAttention(HeadDim = 64, ⟦Block = 2048⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1003", "partial class C { [AnchorAttention(HeadDim = 64, ⟦Step = -1⟧)] public static partial AttentionKernel K { get; } }")]
    [InlineData("KRN1006", "partial class C { [SemiStructuredMatMul(⟦Of = 33⟧)] public static partial MatMulKernel K { get; } }")]
    [InlineData("KRN1006", "partial class C { [SemiStructuredMatMul(⟦Kept = 5⟧)] public static partial MatMulKernel K { get; } }")]
    [InlineData("KRN1007", "partial class C { [SemiStructuredMatMul(⟦Vector = 3⟧)] public static partial MatMulKernel K { get; } }")]
    [InlineData("KRN1007", "partial class C { [GroupMatMul(⟦GroupRows = 32⟧)] public static partial MatMulKernel K { get; } }")]
    [InlineData("KRN1007", "partial class C { [GroupConvolution(⟦GroupRows = 3⟧)] public static partial ConvolutionKernel K { get; } }")]
    [InlineData("KRN1008", "partial class C { [GroupConvolution(⟦Window = 8⟧)] public static partial ConvolutionKernel K { get; } }")]
    [InlineData("KRN1008", "partial class C { [GroupConvolution(Window = 3, ⟦Stride = 3⟧)] public static partial ConvolutionKernel K { get; } }")]
    [InlineData("KRN1008", "partial class C { [GroupConvolution(Window = 3, ⟦Padding = 3⟧)] public static partial ConvolutionKernel K { get; } }")]
    [InlineData("KRN2003", "partial class C { [MaskedAttention(HeadDim = 64, ⟦Mask = nameof(M)⟧)] public static partial AttentionKernel K { get; } static bool M(int q, int k) => q >> (k & 3) > 5; }")]
    public void The_diagnostic_stands_on_the_users_text(string id, string marked, string second = "", string where = "")
    {
        var start = marked.IndexOf('⟦');
        var end = marked.IndexOf('⟧') - 1;
        var source = marked.Replace("⟦", "").Replace("⟧", "");
        if (where.Length > 0) (start, end) = (source.IndexOf(where, StringComparison.Ordinal), source.IndexOf(where, StringComparison.Ordinal) + where.Length);
        const string prelude = "using System; using Kernels; ";
        var reported = Compiling.Diagnose(Compiling.Compilation(prelude + source));
        Assert.Equal(second.Length > 0 ? [id, second] : [id], reported.Select(diagnostic => diagnostic.Id));
        Assert.All(reported, diagnostic => Assert.Equal("File0.cs", diagnostic.Location.GetLineSpan().Path));
        var span = reported.First(diagnostic => diagnostic.Id == id).Location.SourceSpan;
        Assert.Equal(source[start..end], source.Substring(span.Start - prelude.Length, span.Length));
        Assert.Equal(start, span.Start - prelude.Length);
    }

    [Theory]
    [InlineData("partial class C { [DenseAttention(HeadDim = \"64\")] public static partial AttentionKernel K { get; } }", "CS0029")]
    [InlineData("partial class C { [DenseAttention(HeadDim = Missing)] public static partial AttentionKernel K { get; } }", "CS0103")]
    [InlineData("partial class C { [DenseAttention(Heads = 64)] public static partial AttentionKernel K { get; } }", "CS0246")]
    [InlineData("partial class C { [DenseAttention(64)] public static partial AttentionKernel K { get; } }", "CS1729")]
    [InlineData("partial class C { " + Product + " static float E(float x) => y; }", "CS0103")]
    [InlineData("partial class C { " + Product + " static float E(float x) { if (x > 0) return 1; } }", "CS0161")]
    [InlineData("partial class C { " + Product + " static float E(float x) => MathF.Exp(x, 1); }", "CS1501")]
    [InlineData("partial class C { " + Product + " static float E(Missing x) => 1; }", "CS0246")]
    [InlineData("partial class C { " + Product + " static float E(float x) { float y; return y; } }", "CS0165")]
    [InlineData("partial class C { [DenseMatMul, DenseMatMul] public static partial MatMulKernel K { get; } }", "CS0579")]
    [InlineData("partial class C { [DenseMatMul] public static partial MatMulKernel K { get; } [DenseMatMul] public static partial MatMulKernel K { get; } }", "CS9250")]
    public void What_the_compiler_reports_is_not_reported_again(string source, string error)
    {
        var reported = Compiling.Diagnose(Compiling.Compilation("using System; using Kernels; " + source));
        Assert.All(reported, diagnostic => Assert.Equal("File0.cs", diagnostic.Location.GetLineSpan().Path));
        Assert.Contains(error, reported.Select(diagnostic => diagnostic.Id));
        Assert.DoesNotContain(reported, diagnostic => diagnostic.Id.StartsWith("KRN", StringComparison.Ordinal));
        Assert.DoesNotContain(reported, diagnostic => diagnostic.Id == "CS9248");
    }

    [Fact]
    public void A_missing_type_is_reported_on_the_users_line_only()
    {
        var reported = Compiling.Diagnose(Compiling.Compilation("using Kernels; partial class C { [DenseMatMul] public static partial Missing K { get; } }"));
        Assert.All(reported, diagnostic => Assert.Equal("File0.cs", diagnostic.Location.GetLineSpan().Path));
        Assert.Equal(["CS0246", "CS9248"], reported.Select(diagnostic => diagnostic.Id).Order());
    }

    [Theory]
    [InlineData("[DenseMatMul] class C { }")]
    [InlineData("partial class C { [DenseMatMul] public static partial MatMulKernel")]
    [InlineData("partial class C { [DenseMatMul( public static partial MatMulKernel K { get; } }")]
    [InlineData("partial class C { [DenseMatMul] static partial MatMulKernel { get; } }")]
    [InlineData("partial class { [DenseMatMul] public static partial MatMulKernel K { get; } }")]
    [InlineData("[DenseMatMul] public static partial MatMulKernel K { get; }")]
    [InlineData("partial class C { [DenseMatMul(Epilogue = nameof(E))] public static partial MatMulKernel K { get; } static float E(float x) => ; }")]
    [InlineData("partial class C { [DenseMatMul(Epilogue = nameof(E))] public static partial MatMulKernel K { get; } static float E(float x) { return x switch { } } }")]
    [InlineData("partial class C { [DenseMatMul(Epilogue = nameof(E))] public static partial MatMulKernel K { get; } static float E(float) { if ( } }")]
    [InlineData("partial class C { [MaskedAttention(HeadDim = 64, Mask = nameof(M), Score = nameof(M))] public static partial AttentionKernel K { get; } static bool M(int, int k) => k >; }")]
    [InlineData("partial class C { [DenseMatMul] public static partial MatMulKernel this[int i] { get; } }")]
    public void Half_written_code_is_left_to_the_compiler(string source)
    {
        var reported = Compiling.Diagnose(Compiling.Compilation("using System; using Kernels; " + source));
        Assert.NotEmpty(reported);
        Assert.All(reported, diagnostic => Assert.Equal("File0.cs", diagnostic.Location.GetLineSpan().Path));
    }

    [Fact]
    public void A_file_local_host_is_refused_without_a_body()
    {
        var reported = Compiling.Diagnose(Compiling.Compilation("using Kernels; file partial class C { [DenseMatMul] public static partial MatMulKernel K { get; } }"));
        Assert.Contains("KRN0005", reported.Select(diagnostic => diagnostic.Id));
        Assert.All(reported, diagnostic => Assert.Equal("File0.cs", diagnostic.Location.GetLineSpan().Path));
    }
}
