using Kernels.Generators.Emission;
using Kernels.Generators.Skeletons;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Simd;

/// <summary>What the SIMD target says of groups.</summary>
internal sealed class SimdGroupTile(VectorWidth width, UserMethodSpec? epilogue) : GroupTile
{
    private const string EveryOther = "global::Kernels.EveryOtherLane";

    public override int Lanes => width.Lanes;

    public override string Vector => width.Of("float");

    public override string Zero => $"{Vector}.Zero";

    public override string MethodAttributes =>
        SimdContractionTile.Optimized;

    public override string Broadcast(string pointer) => $"{width.Class}.Create(*({pointer}))";

    public override string MultiplyAdd(string activation, string weight, string sum) => $"{width.Class}.MultiplyAddEstimate({activation}, {weight}, {sum})";

    public override string Load(string pointer) => $"{width.Class}.Load({pointer})";

    public override string And(string left, string right) => $"({left} & {right})";

    public override string Even(string near, string far) => $"{EveryOther}.Even({near}, {far})";

    public override string Odd(string near, string far) => $"{EveryOther}.Odd({near}, {far})";

    public override string InOrder(string vector) => $"{EveryOther}.InOrder({vector})";

    public override string Fetch(string pointer) => $"global::Kernels.CacheLine.Fetch({pointer});";

    public override string FetchNear(string pointer) => $"global::Kernels.CacheLine.FetchNear({pointer});";

    public override void Finish(SourceWriter writer, string sum, string pointer)
    {
        if (epilogue is null)
        {
            writer.Line(Store(sum, pointer));
            return;
        }

        using (writer.Open(""))
            SimdExpression.Print(epilogue.Body, width, [sum]).Write(writer, value => Store(value, pointer));
    }

    private string Store(string vector, string pointer) => $"{width.Class}.Store({vector}, {pointer});";
}
