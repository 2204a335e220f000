using Kernels.Generators.Skeletons;

namespace Kernels.Generators.Targets.Simd;

/// <summary>What the SIMD target says of groups.</summary>
internal sealed class SimdGroupTile(VectorWidth width) : GroupTile
{
    public override int Lanes => width.Lanes;

    public override string Vector => width.Of("float");

    public override string Zero => $"{Vector}.Zero";

    public override string MethodAttributes =>
        "[global::System.Runtime.CompilerServices.MethodImpl(global::System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]";

    public override string Broadcast(string pointer) => $"{width.Class}.Create(*({pointer}))";

    public override string MultiplyAdd(string activation, string weight, string sum) => $"{width.Class}.MultiplyAddEstimate({activation}, {weight}, {sum})";

    public override string Load(string pointer) => $"{width.Class}.Load({pointer})";

    public override string Store(string vector, string pointer) => $"{width.Class}.Store({vector}, {pointer});";
}
