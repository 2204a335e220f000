using Kernels.Generators.Emission;
using Kernels.Generators.Skeletons;
using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Cuda;
using Kernels.Generators.Targets.Expressions;

namespace Kernels.Generators.Targets.Gpu;

/// <summary>Prints the kernels of an attention declaration for devices reached through ILGPU; one program serves both lowerings.</summary>
internal static class GpuAttention
{
    // Few rows are bound by the reading of keys: more threads a row keep more loads under way.
    private const int ManyRows = 64, ManyRowsPerThread = 4, FewRows = 16, FewRowsPerThread = 2;

    /// <summary>Names of the program classes <see cref="Write"/> emits, in order of preference.</summary>
    public static IEnumerable<string> ProgramNames() => ["Gpu"];

    public static void Write(SourceWriter writer, AttentionSpec spec)
    {
        var many = new GpuAttentionTile(spec.HeadDim, ManyRows, ManyRowsPerThread);
        var few = new GpuAttentionTile(spec.HeadDim, FewRows, FewRowsPerThread);
        var isAnchor = spec.Pattern == AttentionPatternKind.Anchor;
        using var _ = writer.Open($"private sealed class Gpu : global::Kernels.{(isAnchor ? "GpuAnchorAttentionProgram" : "GpuAttentionProgram")}");

        // A user's score function expects natural units; otherwise scores are born in base 2.
        var scale = spec.Score is null ? (float)(spec.Scale * 1.4426950408889634) : spec.Scale;
        writer.Line($$"""
            private const float Scale = {{Build.Float(scale).Text}};
            public override float QueryScale => Scale;
            public override global::Kernels.GpuTileShape Many => {{Shape(many)}};
            public override global::Kernels.GpuTileShape Few => {{Shape(few)}};
            public override global::System.Delegate VisitMany<TQuery, TKey, TOrder, TRows>() => VisitMany{{ManyRows}}<TQuery, TKey, TOrder, TRows>;
            public override global::System.Delegate VisitFew<TQuery, TKey, TOrder, TRows>() => VisitFew{{FewRows}}<TQuery, TKey, TOrder, TRows>;
            """);
        if (isAnchor)
            writer.Line($"""
                public override int IdentifySharedBytes => {few.IdentifySharedBytes};
                public override global::System.Delegate Identify<TKey, TRows>() => IdentifyKeys<TKey, TRows>;
                """);

        var (manyRows, fewRows) = (Skeleton(many), Skeleton(few));
        manyRows.WriteVisit($"VisitMany{ManyRows}");
        fewRows.WriteVisit($"VisitFew{FewRows}");
        if (isAnchor) fewRows.WriteIdentify("IdentifyKeys");
        TensorAttention.Write(writer, spec, scale);
        if (spec.Selection?.Select is { } select) WriteSelector(writer, select);
        if (spec.Mask is { } mask) WriteMethod(writer, "Mask", "bool", "int batch, int head, int query, int key", mask, 4);
        if (spec.Score is { } score) WriteMethod(writer, "Score", "float", "float score, int batch, int head, int query, int key", score, 5);

        GpuAttentionSkeleton Skeleton(GpuAttentionTile tile) => new(writer, tile, spec.Mask is not null, spec.Score is not null);
    }

    private static void WriteSelector(SourceWriter writer, UserMethodSpec select)
    {
        writer.Line("\npublic override global::System.Delegate ChooseBlocks() => global::Kernels.BlockChoice.Choose<Selector>;\n");
        GpuExpression.Printer.WriteMethod(writer, "Keep", select);
        writer.Line();
        using var _ = writer.Open("private readonly struct Selector : global::Kernels.IBlockSelector");
        writer.Line("""
            [global::System.Runtime.CompilerServices.MethodImpl(global::System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
            public static bool Keeps(
                float estimate, int rank, float taken, float total, float largest, int blocks, int queryGroup, int keyBlock,
                global::Kernels.EstimateArguments arguments) =>
                Keep(estimate, rank, total == 0 ? 0 : taken / total, queryGroup, keyBlock);
            """);
    }

    // Half of a thread's registers hold four rows of up to 128 channels, and two of any head.
    private static string Shape(GpuAttentionTile tile)
    {
        var registers = tile.RowsPerThread * tile.Vectors <= 8 ? Multiprocessor.MostRegisters / 2 : Multiprocessor.MostRegisters;
        return $"new({tile.Rows}, {GpuAttentionTile.Keys}, {tile.Threads}, {tile.SharedBytes}, {Multiprocessor.Groups(tile.Threads, registers, tile.SharedBytes)})";
    }

    // The user's method, with a way in that always names batch and head.
    private static void WriteMethod(SourceWriter writer, string name, string type, string parameters, UserMethodSpec method, int whole)
    {
        writer.Line();
        GpuExpression.Printer.WriteMethod(writer, method.Parameters.Count == whole ? name : $"{name}Of", method);
        if (method.Parameters.Count == whole) return;
        var arguments = name == "Score" ? "score, query, key" : "query, key";
        writer.Line("\n[global::System.Runtime.CompilerServices.MethodImpl(global::System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]");
        writer.Line($"private static {type} {name}({parameters}) => {name}Of({arguments});");
    }
}
