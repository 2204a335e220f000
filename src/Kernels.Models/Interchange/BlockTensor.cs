namespace Kernels.Models;

/// <summary>A weight in the layout of <see cref="BlockFormat"/>.</summary>
internal sealed class BlockTensor : DecodedTensor
{
    private BlockTensor(TensorParts parts, string dataType, int rows, int columns, int blockRows, int blockColumns) : base(parts, dataType, rows, columns) =>
        (BlockRows, BlockColumns) = (blockRows, blockColumns);

    /// <summary>Rows of a block.</summary>
    public int BlockRows { get; }

    /// <summary>Columns of a block.</summary>
    public int BlockColumns { get; }

    public override StoredForm Form => new(WeightFormat.Groups, Entry.Type!.Value, BlockRows);

    /// <summary>Checks the shapes of the parts against each other.</summary>
    public static BlockTensor Of(TensorParts parts)
    {
        if (parts.ReadSizes("shape", 4) is not [var rows, var columns, var blockRows, var blockColumns] || rows % blockRows != 0 || columns % blockColumns != 0)
            throw parts.Refuse("shape", "rows and columns that blocks do not divide", "they are multiples of the block's");
        parts.Require("offsets", 1, "I32");
        parts.RequireShape("offsets", rows / blockRows + 1);
        var blocks = parts.Require("blocks", 1, "I32").Shape[0];
        var type = parts.Require("values", 1, "F32", "F16", "BF16").DataType;
        parts.RequireShape("values", blocks * blockRows * blockColumns);
        return new BlockTensor(parts, type, rows, columns, blockRows, blockColumns);
    }

    public override WeightMask ReadMask() => Read().Mask();

    protected override void Decode(Span<byte> target) => FloatStorage.Encode(Read().Densify(), Entry.Type!.Value).CopyTo(target);

    private BlockMatrix Read()
    {
        try
        {
            return new BlockMatrix(
                Rows, Columns, BlockRows, BlockColumns, Parts.Read<int>("offsets"), Parts.Read<int>("blocks"),
                FloatStorage.Decode(Parts.Read<byte>("values"), Entry.Type!.Value));
        }
        catch (SparsityException refusal)
        {
            throw Parts.Refuse("blocks", refusal.Received, refusal.Limit);
        }
    }
}
