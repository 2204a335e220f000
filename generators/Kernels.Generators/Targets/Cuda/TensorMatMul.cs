using Kernels.Generators.Emission;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Cuda;

/// <summary>The tensor-core programs of a product, one for each 16-bit storage type.</summary>
internal static class TensorMatMul
{
    /// <summary>Names of the program classes <see cref="Write"/> emits, in order of preference; 2:4 is the sparsity tensor cores know.</summary>
    public static IEnumerable<string> ProgramNames(MatMulSpec spec) =>
        spec.IsDense || spec is { Kept: 2, Of: 4 } ? TensorElement.All.Select(Name) : [];

    public static void Write(SourceWriter writer, MatMulSpec spec)
    {
        var tile = new TensorProductTile(!spec.IsDense, Tokens: 128, WarpsDown: 2, WarpsAcross: 4);
        foreach (var element in TensorElement.All)
            using (writer.Open($"private sealed class {Name(element)}() : global::Kernels.TensorMatMulProgram(\n    global::Kernels.ElementType.{element.Name}, {tile.Tokens}, {tile.Threads}, {tile.SharedBytes}, {tile.Groups})"))
            {
                writer.Line("protected override global::Kernels.TensorMatMulKernel<TOutput> Kernel<TOutput>() => Multiply<TOutput>;\n");
                new TensorProduct(element, tile, spec.Epilogue).Write(writer);
            }
    }

    private static string Name(TensorElement element) => $"Tensor{element.Name}";
}
