using Kernels.Generators.Emission;
using Kernels.Generators.Skeletons;

namespace Kernels.Generators.Targets.Simd;

/// <summary>What the SIMD target says about vectors, whatever the weight format.</summary>
internal abstract class SimdContractionTile(VectorWidth width) : ContractionTile
{
    /// <summary>The attribute of a hot method.</summary>
    public const string Optimized =
        "[global::System.Runtime.CompilerServices.MethodImpl(global::System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]";

    protected VectorWidth Width { get; } = width;

    public override int Lanes => Width.Lanes;

    public override string Vector => Width.Of("float");

    public override string Zero => $"{Vector}.Zero";

    public override string MethodAttributes => Optimized;

    public override string Generics(string parameters) =>
        $"<TStorage>({parameters})\n    where TStorage : struct, global::Kernels.IPanelStorage";

    public sealed override void DeclareOperands(SourceWriter writer, IReadOnlyList<string> panels, int vectors)
    {
        writer.Line($"{Activations} x;");
        foreach (var panel in panels) writer.Line($"{Vector} {string.Join(", ", Enumerable.Range(0, vectors).Select(v => $"v{panel}_{v}"))};");
    }

    public sealed override void WriteSteps(SourceWriter writer, IReadOnlyList<string> panels, int vectors, Action writeStep)
    {
        DeclareOperands(writer, panels, vectors);
        WriteLoop(writer, panels, vectors, writeStep);
    }

    /// <summary>Type of the activations of a step.</summary>
    protected abstract string Activations { get; }

    protected abstract void WriteLoop(SourceWriter writer, IReadOnlyList<string> panels, int vectors, Action writeStep);

    public sealed override void LoadWeights(SourceWriter writer, string panel, int slot, int vectors)
    {
        // A panel row is two vectors: in 16-bit storage their halves share words, so they are read from one address.
        writer.Line($"v{panel}_0 = TStorage.LoadFirst{Width.Bits}(w{panel});");
        writer.Line($"v{panel}_1 = TStorage.LoadSecond{Width.Bits}(w{panel});");
        writer.Line($"w{panel} += {vectors * Lanes / 8} * TStorage.Bits;");
    }

    public override void BeginGroup(SourceWriter writer, string panel, int vectors)
    {
        writer.Line($"var q{panel} = (float*)w{panel};");
        writer.Line($"if (TStorage.IsScaled) w{panel} += {vectors * Lanes * 4};");
    }

    public override void EndGroup(SourceWriter writer, string panel, int vectors, Func<int, string> sum, Func<int, string> output)
    {
        using var _ = writer.Open("if (TStorage.IsScaled)");
        for (var v = 0; v < vectors; v++)
        {
            writer.Line($"{sum(v)} *= {Load($"q{panel} + {v * Lanes}")};");
            writer.Line($"if (done > 0) {sum(v)} += {Load(output(v))};");
        }
    }

    public override string MultiplyAdd(string activation, string weight, string sum) =>
        $"{Width.Class}.MultiplyAddEstimate({activation}, {weight}, {sum})";

    public override string Load(string pointer) => $"{Width.Class}.Load({pointer})";

    public override string Store(string vector, string pointer) => $"{Width.Class}.Store({vector}, {pointer});";
}
