namespace Kernels.Testing;

/// <summary>The products every device is tried on.</summary>
public static class ProductCases
{
    private static readonly ElementType[] Storages = [ElementType.Float32, ElementType.BFloat16, ElementType.Float16, ElementType.Int8, ElementType.Int4];

    // (rows, inputs, outputs): one and few rows, tiles of rows and outputs at, below and above their sizes, ends of runs and blocks.
    private static readonly (int Rows, int Inputs, int Outputs)[] Shapes =
    [
        (1, 4, 1), (1, 300, 33), (1, 1100, 40), (2, 64, 64), (3, 36, 100), (4, 31 * 4, 31), (5, 32, 32), (8, 520, 33), (9, 44, 5), (16, 140, 40),
        (17, 24, 40), (63, 20, 65), (64, 64, 64), (65, 100, 130), (130, 72, 17),
    ];

    // A portable device compiles a kernel anew for every grid that is small in another dimension.
    private static readonly (int Rows, int Inputs, int Outputs)[] PortableShapes =
        [(1, 4, 1), (1, 1100, 40), (3, 36, 100), (9, 44, 5), (17, 24, 40), (65, 100, 130), (130, 72, 17)];

    // A group of simulated threads takes milliseconds for every barrier.
    private static readonly (int Rows, int Inputs, int Outputs)[] TinyShapes = [(1, 36, 33), (3, 40, 5), (9, 20, 70)];

    // Used transposed: one and few rows, tiles, tails; more outputs than activations of one row are staged of at once.
    private static readonly (int Rows, int Inputs, int Outputs)[] TransposedShapes =
        [(1, 4, 1), (1, 36, 4200), (2, 1040, 53), (9, 40, 560), (16, 132, 31), (17, 24, 40), (65, 140, 97), (130, 72, 17)];

    private static readonly (int Rows, int Inputs, int Outputs)[] PortableTransposedShapes = [(1, 36, 1100), (9, 140, 170), (65, 140, 97)];

    private static readonly (int Rows, int Inputs, int Outputs)[] TinyTransposedShapes = [(1, 36, 40), (3, 20, 33), (17, 40, 70)];

    private static readonly (int Rows, int Inputs, int Outputs, int Padding)[] TensorShapes =
        [(1, 4, 1, 0), (3, 32, 17, 0), (70, 100, 130, 3), (129, 36, 5, 9), (40, 32 * 11 + 8, 64, 0)];

    /// <summary>Products of fp32 inputs by weights in every storage.</summary>
    /// <param name="sparse">Whether weights are 2:4.</param>
    /// <param name="device">The device that is to run them.</param>
    public static IEnumerable<ProductCase> Of(bool sparse, string device) =>
        from type in Storages
        from shape in device switch { "simulator" => TinyShapes, "opencl" => PortableShapes, _ => Shapes }
        select new ProductCase(
            shape.Rows, shape.Inputs, shape.Outputs, type, sparse, Padding: shape.Rows % 3, Transposed: shape.Rows % 2 == 0);

    /// <summary>Products of fp32 inputs by weights in every storage, used transposed.</summary>
    /// <param name="sparse">Whether weights are 2:4.</param>
    /// <param name="device">The device that is to run them.</param>
    public static IEnumerable<ProductCase> Transposed(bool sparse, string device) =>
        from type in Storages
        from shape in device switch { "simulator" => TinyTransposedShapes, "opencl" => PortableTransposedShapes, _ => TransposedShapes }
        select new ProductCase(shape.Rows, shape.Inputs, shape.Outputs, type, sparse, Padding: shape.Rows % 3);

    /// <summary>Products whose epilogue shows when it is applied twice, or to a part of the sum.</summary>
    /// <param name="sparse">Whether weights are 2:4.</param>
    /// <param name="device">The device that is to run them.</param>
    public static IEnumerable<ProductCase> WithEpilogue(bool sparse, string device) =>
        from rows in device == "simulator" ? new[] { 2 } : [1, 3, 11, 67]
        select new ProductCase(rows, 44, 77, Sparse: sparse, Padding: 3)
        {
            Kernel = sparse ? Products.TwoOfFourLeak : Products.DenseLeak,
            Epilogue = x => 1 + (x < 0 ? x / 16 : x),
        };

    /// <summary>Products of 16-bit inputs and weights, tails in every dimension.</summary>
    public static IEnumerable<TensorProductCase> Tensor(ElementType type, bool sparse) =>
        TensorShapes.Select(shape => new TensorProductCase(new ProductCase(shape.Rows, shape.Inputs, shape.Outputs, type, sparse, Padding: shape.Padding)))
            .Append(new TensorProductCase(
                new ProductCase(66, 72, 33, type, sparse, Padding: 5)
                {
                    Kernel = sparse ? Products.TwoOfFourLeak : Products.DenseLeak,
                    Epilogue = x => x < 0 ? 1 + x / 16 : 1 + x,
                },
                type));
}
