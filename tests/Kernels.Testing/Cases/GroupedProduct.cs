namespace Kernels.Testing;

/// <summary>A product by a sparse format, on any device, against what the format says it stores.</summary>
/// <param name="Format">One of <see cref="Formats"/>.</param>
public sealed record GroupedProduct(string Format)
{
    /// <summary>Every storage of values.</summary>
    public static IReadOnlyList<ElementType> Storages { get; } =
        [ElementType.Float32, ElementType.BFloat16, ElementType.Float16, ElementType.Int8, ElementType.Int4];

    /// <summary>Formats that between them launch every kernel for groups on a GPU.</summary>
    public static IReadOnlyList<string> GpuFormats { get; } =
        ["unstructured", "groups of 2", "groups of 4, epilogue", "3:32 in vectors", "blocks of 32×32", "1:4", "nothing"];

    /// <summary>OpenCL takes its time to compile: a kernel for each number of outputs alike, a storage for each way to read them.</summary>
    public static IReadOnlyDictionary<string, ElementType> OpenClStorages { get; } = new Dictionary<string, ElementType>
    {
        ["unstructured"] = ElementType.Int4, ["groups of 2"] = ElementType.Int8, ["groups of 4, epilogue"] = ElementType.Float16,
        ["blocks of 32×32"] = ElementType.Float32,
    };

    /// <summary>Formats and the devices through ILGPU that tests run them on.</summary>
    public static IEnumerable<(string Format, string Device)> OnGpus =>
    [
        .. from format in GpuFormats from device in new[] { "simulator", PtxDevices.Name } select (format, device),
        .. from format in OpenClStorages.Keys select (format, "opencl"),
    ];

    /// <summary>What multiplies each format, and a matrix of it.</summary>
    public static IReadOnlyDictionary<string, (MatMulKernel Kernel, Func<Random, SparseMatrix> Draw)> Formats { get; } = new Dictionary<string, (MatMulKernel, Func<Random, SparseMatrix>)>
    {
        ["2:4"] = (Products.TwoOfFour, random => RandomSparse.SemiStructured(37, 1036, 2, 4, 1, random)),
        ["1:4"] = (Products.OneOfFour, random => RandomSparse.SemiStructured(37, 1036, 1, 4, 1, random)),
        ["2:8"] = (Products.TwoOfEight, random => RandomSparse.SemiStructured(53, 1048, 2, 8, 1, random)),
        ["5:12"] = (Products.FiveOfTwelve, random => RandomSparse.SemiStructured(21, 132, 5, 12, 1, random)),
        ["8:32, epilogue"] = (Products.EightOfThirtyTwoLeak, random => RandomSparse.SemiStructured(70, 416, 8, 32, 1, random)),
        ["4:16"] = (Products.FourOfSixteen, random => RandomSparse.SemiStructured(70, 208, 4, 16, 1, random)),
        ["3:32 in vectors"] = (Products.ThreeOfThirtyTwo, random => RandomSparse.SemiStructured(72, 1056, 3, 32, 8, random)),
        ["unstructured"] = (Products.Unstructured, random => RandomSparse.Blocks(67, 1033, 1, 1, 0.2, random)),
        ["groups of 2"] = (Products.GroupsOfTwo, random => RandomSparse.Blocks(66, 1033, 2, 1, 0.3, random)),
        ["groups of 4, epilogue"] = (Products.GroupsOfFourLeak, random => RandomSparse.Blocks(68, 1033, 4, 1, 0.3, random)),
        ["groups of 8"] = (Products.GroupsOfEight, random => RandomSparse.Blocks(72, 95, 8, 1, 0.3, random)),
        ["groups of 16"] = (Products.GroupsOfSixteen, random => RandomSparse.Blocks(80, 95, 16, 1, 0.3, random)),
        ["blocks of 8×4"] = (Products.GroupsOfEight, random => RandomSparse.Blocks(72, 96, 8, 4, 0.3, random)),
        ["blocks of 32×32"] = (Products.GroupsOfSixteen, random => RandomSparse.Blocks(96, 128, 32, 32, 0.5, random)),
        ["8:2:16"] = (Products.Unstructured, random => RandomSparse.Vnm(40, 96, 8, 16, random)),
        ["nothing"] = (Products.Unstructured, random => RandomSparse.Blocks(5, 7, 1, 1, 0, random)),
        ["everything"] = (Products.GroupsOfTwo, random => BlockMatrix.Pack(RandomSparse.Weights(4 * 9, random), WeightMask.Full(4, 9), 2, 1)),
    };

    /// <summary>Packs a matrix in every storage and multiplies each by as many activation rows.</summary>
    public void Check(Device device, IEnumerable<ElementType> storages, params int[] rows)
    {
        var (kernel, draw) = Formats[Format];
        var random = new Random(Format.Length);
        foreach (var type in storages)
        {
            var matrix = draw(random);
            using var weights = kernel.Pack(device, matrix, type);
            var values = Rounded(matrix.Densify(), matrix.Columns, type);
            foreach (var count in rows) Compare(device, kernel, values, matrix.Mask(), weights, count, random);
        }
    }

    /// <summary>Packs a matrix in every storage and leads as many activation rows from its outputs back to its inputs.</summary>
    public void CheckTransposed(Device device, IEnumerable<ElementType> storages, params int[] rows)
    {
        var (kernel, draw) = Formats[Format];
        var random = new Random(Format.Length);
        foreach (var type in storages)
        {
            var matrix = draw(random);
            using var weights = kernel.Pack(device, matrix, type);
            var (mask, values) = (matrix.Mask(), Rounded(matrix.Densify(), matrix.Columns, type));
            foreach (var count in rows)
            {
                var problem = new ProductCase(count, matrix.Rows, matrix.Columns, type, Padding: 3) { Kernel = kernel };
                var x = problem.Activations();
                x[random.Next(x.Length)] = float.NegativeInfinity;
                var expected = new double[count * matrix.Columns];
                for (var row = 0; row < count; row++)
                    for (var input = 0; input < matrix.Columns; input++)
                    {
                        double sum = 0;
                        for (var output = 0; output < matrix.Rows; output++)
                            if (mask[output, input]) sum += (double)x[row * matrix.Rows + output] * values[output * matrix.Columns + input];
                        expected[row * matrix.Columns + input] = Finished(kernel, sum);
                    }

                using var plan = kernel.Plan(device, new MatMulShape(count, matrix.Columns, matrix.Rows, type, Transposed: true));
                Tolerance.AssertClose(expected, problem.Run(device, plan, weights, x), ElementType.Float32, $"{kernel.Declaration.Name} of {type}, transposed, {count} rows");
            }
        }
    }

    /// <summary>Compares with sums in fp64 of what <paramref name="mask"/> keeps of <paramref name="values"/>.</summary>
    public static void Compare(Device device, MatMulKernel kernel, float[] values, WeightMask? mask, PackedWeights weights, int rows, Random random)
    {
        var (inputs, outputs) = (weights.Inputs, weights.Outputs);
        var problem = new ProductCase(rows, inputs, outputs, weights.Type, Padding: 3) { Kernel = kernel };
        var x = problem.Activations();
        if (mask is not null) x[random.Next(x.Length)] = float.NegativeInfinity; // times a stored zero is NaN, times a dropped one nothing
        var expected = new double[rows * outputs];
        for (var row = 0; row < rows; row++)
            for (var output = 0; output < outputs; output++)
            {
                double sum = 0;
                for (var i = 0; i < inputs; i++)
                    if (mask is null || mask[output, i]) sum += (double)x[row * inputs + i] * values[output * inputs + i];
                expected[row * outputs + output] = Finished(kernel, sum);
            }

        using var plan = kernel.Plan(device, new MatMulShape(rows, inputs, outputs, weights.Type));
        Tolerance.AssertClose(expected, problem.Run(device, plan, weights, x), ElementType.Float32, $"{kernel.Declaration.Name} of {weights.Type}, {rows} rows");
    }

    private static float[] Rounded(float[] values, int inputs, ElementType type) =>
        type.IsScaled() ? QuantizationOracle.Round(values, inputs, type == ElementType.Int8 ? 127 : 7, 128) : values;

    private static double Finished(MatMulKernel kernel, double sum) => kernel.Declaration.Epilogue is null ? sum : sum < 0 ? 1 + sum / 16 : 1 + sum;
}
