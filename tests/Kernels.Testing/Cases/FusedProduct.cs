namespace Kernels.Testing;

/// <summary>A product with what is fused to it, on any device, against sums in fp64.</summary>
/// <param name="Format">One of <see cref="Formats"/>.</param>
/// <param name="HasBias">Whether outputs have a bias.</param>
/// <param name="Operand">Where the operand is.</param>
public sealed record FusedProduct(string Format, bool HasBias, OperandPlace Operand)
{
    // A tail past whole vectors, panels and groups of threads; a multiple of four for groups. Rows of 16-bit inputs begin at multiples of 16 bytes.
    private const int Inputs = 44, Outputs = 76, RowStep = 8;

    /// <summary>What multiplies, and what follows a sum with its bias, given the operand.</summary>
    public static IReadOnlyDictionary<string, (MatMulKernel Kernel, Func<double, double, double> Epilogue)> Formats { get; } = new Dictionary<string, (MatMulKernel, Func<double, double, double>)>
    {
        ["dense"] = (Products.Dense, Sum),
        ["dense, leak"] = (Products.DenseLeak, Leak),
        ["dense, gate"] = (Products.DenseGate, Gate),
        ["2:4"] = (Products.TwoOfFour, Sum),
        ["2:4, leak"] = (Products.TwoOfFourLeak, Leak),
        ["2:4, gate"] = (Products.TwoOfFourGate, Gate),
        ["groups of 2"] = (Products.GroupsOfTwo, Sum),
        ["groups of 4, leak"] = (Products.GroupsOfFourLeak, Leak),
        ["groups of 4, gate"] = (Products.GroupsOfFourGate, Gate),
    };

    /// <summary>Formats that tensor cores multiply.</summary>
    public static IReadOnlyList<string> TensorFormats { get; } = ["dense", "dense, leak", "dense, gate", "2:4", "2:4, gate"];

    /// <summary>Everything a format takes: a gate takes its operand always.</summary>
    public static IEnumerable<FusedProduct> Of(string format) =>
        from place in Enum.GetValues<OperandPlace>()
        from hasBias in new[] { false, true }
        where place != OperandPlace.None || (hasBias && !format.EndsWith("gate", StringComparison.Ordinal))
        select new FusedProduct(format, hasBias, place);

    /// <summary>Multiplies fp32 activations of as many rows.</summary>
    public void Check(Device device, params int[] rows)
    {
        foreach (var count in rows) Check(device, count, ElementType.Float32, ElementType.Float32);
    }

    /// <summary>Multiplies 16-bit activations by weights of their type, with the result in <paramref name="outputType"/>.</summary>
    public void CheckTensor(Device device, ElementType type, ElementType outputType) => Check(device, 67, type, outputType);

    /// <summary>Leads fp32 activations from outputs back to inputs.</summary>
    public void CheckTransposed(Device device, int rows)
    {
        var (kernel, epilogue) = Formats[Format];
        var (x, added) = (RandomValues.Normal(7, rows * Outputs), RandomValues.Normal(8, rows * Inputs));
        using var weights = Pack(device, Problem(rows, ElementType.Float32), [], out var stored);
        var turned = new float[stored.Length];
        for (var i = 0; i < stored.Length; i++) turned[i % Inputs * Outputs + i / Inputs] = stored[i];
        using var plan = kernel.Plan(device, new MatMulShape(rows, Inputs, Outputs, Transposed: true));
        Compare(device, plan, weights, x, (rows, Outputs, Inputs), added, MatMulOracle.Multiply(x, turned, rows, Outputs, Inputs), epilogue);
    }

    private void Check(Device device, int rows, ElementType type, ElementType outputType)
    {
        var (kernel, epilogue) = Formats[Format];
        var problem = Problem(rows, type);
        var x = Array.ConvertAll(problem.Activations(), value => RandomValues.Round(value, type));
        var added = Array.ConvertAll(RandomValues.Normal(8, rows * Outputs), value => RandomValues.Round(value, outputType));
        var bias = HasBias ? RandomValues.Normal(9, Outputs) : [];
        using var weights = Pack(device, problem, bias, out var stored);
        using var plan = kernel.Plan(device, new MatMulShape(rows + 2, Inputs, Outputs, type, type, outputType));
        var sums = MatMulOracle.Multiply(x, stored, rows, Inputs, Outputs);
        for (var i = 0; i < sums.Length && HasBias; i++) sums[i] += bias[i % Outputs];
        Compare(device, plan, weights, x, (rows, Inputs, Outputs), added, sums, epilogue);
    }

    // Half of the groups are dropped, by chance; other formats choose what they keep.
    private static PackedWeights Pack(Device device, ProductCase problem, float[] bias, out float[] stored)
    {
        var type = problem.WeightType;
        if (problem.Kernel.Declaration.GroupRows is var groups and > 0)
        {
            var matrix = RandomSparse.Blocks(Outputs, Inputs, groups, 1, 0.5, new Random(3));
            stored = matrix.Densify();
            return problem.Kernel.Pack(device, matrix, type, bias);
        }

        var w = problem.Weights();
        stored = problem.Stored(w);
        return problem.Kernel.Pack(device, problem.Host(w, out _), type, type, bias);
    }

    private void Compare(
        Device device, MatMulPlan plan, PackedWeights weights, float[] x, (int Rows, int From, int To) shape, float[] added, double[] sums, Func<double, double, double> epilogue)
    {
        var what = $"{this}, {shape.Rows} rows, {plan.Shape} on {device.Name}";
        using var input = new GuardedTensor(device, plan.Shape.InputType, shape.Rows, shape.From, (RowStep - shape.From % RowStep) % RowStep);
        using var output = new GuardedTensor(device, plan.Shape.OutputType, shape.Rows, shape.To, 5);
        using var apart = new GuardedTensor(device, plan.Shape.OutputType, shape.Rows, shape.To, 3);
        input.Write(x);
        apart.Write(added);
        if (Operand == OperandPlace.Output) output.Write(added);
        plan.Run(input.Tensor, weights, output.Tensor, Operand switch
        {
            OperandPlace.None => default,
            OperandPlace.Apart => apart.Tensor,
            _ => output.Tensor,
        });

        var expected = new double[sums.Length];
        for (var i = 0; i < sums.Length; i++) expected[i] = epilogue(sums[i], Operand == OperandPlace.None ? 0 : added[i]);
        Tolerance.AssertClose(expected, output.Read(what), plan.Shape.OutputType, what);
    }

    private ProductCase Problem(int rows, ElementType type) =>
        new(rows, Inputs, Outputs, type, Sparse: Format.StartsWith("2:4", StringComparison.Ordinal)) { Kernel = Formats[Format].Kernel };

    private static double Sum(double x, double operand) => x + operand;

    private static double Leak(double x, double operand) => x + operand < 0 ? 1 + (x + operand) / 16 : 1 + x + operand;

    private static double Gate(double x, double operand) => operand / (1 + Math.Exp(-operand)) * x + 1;
}
