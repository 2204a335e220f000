using Kernels.Generators.Emission;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Cuda;

/// <summary>The tensor-core kernels of an attention program, where its head fits; scores a user modifies stay with plain lanes.</summary>
internal static class TensorAttention
{
    /// <summary>Writes the kernels into the program's class, in whose scope a mask is called <c>Mask</c>.</summary>
    public static void Write(SourceWriter writer, AttentionSpec spec, float scale)
    {
        if (spec.Score is not null || !TensorVisitTile.Holds(spec.HeadDim)) return;
        var tile = new TensorVisitTile(spec.HeadDim);
        var visits = TensorElement.All.Select(element => (element, visit: new TensorVisit(element, tile, scale, spec.Mask is not null))).ToArray();
        writer.Line($"\npublic override global::Kernels.GpuTileShape Tensor => new({TensorVisitTile.Rows}, {TensorVisitTile.Keys}, {TensorVisitTile.Threads}, {tile.SharedBytes});\n");
        using (writer.Open("public override global::System.Delegate? VisitTensor<TElement, TOrder>()"))
        {
            foreach (var (element, visit) in visits)
                writer.Line($"if (typeof(TElement) == typeof(global::Kernels.Gpu{element.Name})) return new global::Kernels.TensorVisitKernel<global::Kernels.Gpu{element.Name}>({visit.Name}<TOrder>);");
            writer.Line("return null;");
        }

        foreach (var (_, visit) in visits) visit.Write(writer);
        TensorVisit.WriteCopy(writer, tile);
    }
}
