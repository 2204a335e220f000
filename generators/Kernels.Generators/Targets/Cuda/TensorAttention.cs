using Kernels.Generators.Emission;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Cuda;

/// <summary>The tensor-core kernels of an attention program, where its head fits; scores a user modifies stay with plain lanes.</summary>
internal static class TensorAttention
{
    // A group of one warp leaves room for many: runs of few rows are bound by the reading of keys.
    private const int ManyWarps = 4, FewWarps = 1;

    /// <summary>Writes the kernels into the program's class, in whose scope a mask is called <c>Mask</c>.</summary>
    public static void Write(SourceWriter writer, AttentionSpec spec, float scale)
    {
        if (spec.Score is not null || !TensorVisitTile.Holds(spec.HeadDim)) return;
        Write(writer, "Many", new TensorVisitTile(spec.HeadDim, ManyWarps), scale, spec.Mask is not null);
        Write(writer, "Few", new TensorVisitTile(spec.HeadDim, FewWarps), scale, spec.Mask is not null);
    }

    private static void Write(SourceWriter writer, string rows, TensorVisitTile tile, float scale, bool hasMask)
    {
        var visits = TensorElement.All.Select(element => (element, visit: new TensorVisit(element, tile, scale, hasMask))).ToArray();
        writer.Line($"\npublic override global::Kernels.GpuTileShape Tensor{rows} => new({tile.Rows}, {tile.Keys}, {tile.Threads}, {tile.SharedBytes}, {tile.Groups});\n");
        using (writer.Open($"public override global::System.Delegate? VisitTensor{rows}<TElement, TOrder, TRows>()"))
        {
            foreach (var (element, visit) in visits)
                writer.Line($"if (typeof(TElement) == typeof(global::Kernels.Gpu{element.Name})) return new global::Kernels.TensorVisitKernel<global::Kernels.Gpu{element.Name}>({visit.Name}<TOrder, TRows>);");
            writer.Line("return null;");
        }

        foreach (var (_, visit) in visits) visit.Write(writer);
        TensorVisit.WriteCopy(writer, tile);
    }
}
