using Kernels.Generators.Emission;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// What follows the sums of a product on a GPU, in registers. In scope are the views <c>bias</c> and <c>operand</c>, the launch's
/// numbers <c>a</c> and, where one was declared, a method <c>Epilogue</c>.
/// </summary>
/// <param name="writer">Where to write.</param>
/// <param name="parameters">Of the method; 0 where none was declared.</param>
internal sealed class GpuEpilogue(SourceWriter writer, int parameters)
{
    /// <summary>Parameters of a kernel, between its result and its numbers.</summary>
    public const string Parameters = "global::ILGPU.ArrayView<float> bias, global::ILGPU.ArrayView<float> operand";

    /// <summary>Adds the bias to sums of one output.</summary>
    /// <param name="output">The output, as C# text.</param>
    /// <param name="sums">The sums.</param>
    public void AddBias(string output, params string[] sums)
    {
        writer.Line($"var biasOf = bias[{output}];");
        foreach (var sum in sums) writer.Line($"{sum} += biasOf;");
    }

    /// <summary>Text that is true where there is a bias.</summary>
    public const string HasBias = "a.HasBias != 0";

    /// <summary>Adds the operand to a sum, where it is given and the epilogue does not take it.</summary>
    public void AddOperand(string sum, string place)
    {
        if (parameters < 2) writer.Line($"if (a.HasOperand != 0) {sum} += operand[{place}];");
    }

    /// <summary>What is stored for a sum.</summary>
    public string Finish(string sum, string place) => parameters switch
    {
        0 => sum,
        1 => $"Epilogue({sum})",
        _ => $"Epilogue({sum}, operand[{place}])",
    };
}
