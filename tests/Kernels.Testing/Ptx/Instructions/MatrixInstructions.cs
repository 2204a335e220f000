namespace Kernels.Testing.Ptx;

/// <summary>Tensor-core instructions of a warp (PTX ISA, 9.7.14).</summary>
internal static class MatrixInstructions
{
    public static IEnumerable<KeyValuePair<string, Func<Decoder, Instruction>>> All { get; } = new Dictionary<string, Func<Decoder, Instruction>>
    {
        ["ldmatrix"] = Ldmatrix,
        ["mma"] = Mma,
    };

    private static MatrixLoad Ldmatrix(Decoder decoder)
    {
        decoder.Require("sync");
        decoder.Require("aligned");
        decoder.Require("m8n8");
        decoder.Require("b16");
        if (decoder.TakeOneOf("shared", "shared::cta") is null) throw decoder.Error("it loads from shared memory");
        var count = decoder.TakeOneOf("x1", "x2", "x4") switch
        {
            "x1" => 1,
            "x2" => 2,
            "x4" => 4,
            _ => throw decoder.Error("it names no number of matrices"),
        };
        var transpose = decoder.Take("trans");
        decoder.TouchShared(transpose ? 2 : 4);
        return new(decoder.Destinations(0, PtxType.B32, count), decoder.Address(1), transpose);
    }

    private static MatrixMultiply Mma(Decoder decoder)
    {
        var sparse = decoder.TakeOneOf("sp::ordered_metadata", "sp") is not null;
        foreach (var modifier in new[] { "sync", "aligned", "row", "col" }) decoder.Require(modifier);
        var shape = decoder.TakeWhere(modifier => modifier.StartsWith("m16n8k", StringComparison.Ordinal)) ?? throw decoder.Error("it has no shape m16n8k…");
        var (result, left, right, sum) = (decoder.TakeType(), decoder.TakeType(), decoder.TakeType(), decoder.TakeType());
        var depth = int.Parse(shape.AsSpan("m16n8k".Length), System.Globalization.CultureInfo.InvariantCulture);
        var isCovered = (left, depth, sparse) is
            (PtxType.F16 or PtxType.BF16, 8 or 16, false) or (PtxType.TF32, 4 or 8, false) or (PtxType.S8 or PtxType.U8, 16 or 32, false)
            or (PtxType.F16 or PtxType.BF16, 16 or 32, true);
        var accumulator = left is PtxType.S8 or PtxType.U8 ? PtxType.S32 : PtxType.F32;
        if (!isCovered || left != right || result != accumulator || sum != accumulator)
            throw decoder.Error("the combination of shape and types is not covered");

        // A has 16 rows and B 8 columns; 32 lanes share them.
        var element = new MatrixElement(left);
        var registersOfB = depth * 8 * element.Bytes / 4 / Warp.Lanes;
        var registersOfA = 2 * registersOfB / (sparse ? 2 : 1);
        SparsityPattern? sparsity = null;
        if (sparse)
        {
            var selector = (int)decoder.Immediate(5);
            if (selector >= (depth == 16 ? 4 : 2)) throw decoder.Error($"selector {selector} of {(depth == 16 ? 4 : 2)}");
            sparsity = new(decoder.Source(4, PtxType.B32), selector, depth);
        }

        return new(
            decoder.Destinations(0, accumulator, 4), decoder.Sources(1, PtxType.B32, registersOfA), decoder.Sources(2, PtxType.B32, registersOfB),
            decoder.Sources(3, accumulator, 4), element, sparsity);
    }
}
