namespace Kernels.Models;

/// <summary>A weight matrix decoded from its parts whenever it is asked for; nothing decoded is kept.</summary>
internal abstract unsafe class DecodedTensor(TensorParts parts, string dataType, int rows, int columns)
    : StoredTensor(parts.File, new SafetensorsEntry(parts.Name, dataType, [rows, columns], 0, (long)rows * columns * SafetensorsHeader.BitsOf(dataType) / 8))
{
    protected TensorParts Parts => parts;

    protected int Rows => rows;

    protected int Columns => columns;

    public sealed override TensorBytes Map()
    {
        if (Entry.ByteLength > int.MaxValue)
            throw new ModelException(File, $"weight '{parts.Name}'", $"[{rows}, {columns}]", $"decoded it may have up to {int.MaxValue} bytes", "Choose a model with smaller matrices.");
        var bytes = TensorBytes.Allocate($"{File}: tensor '{parts.Name}'", Entry.ByteLength);
        try
        {
            Decode(new Span<byte>(bytes.Pointer, (int)Entry.ByteLength));
            return bytes;
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Writes the dense matrix over zeros.</summary>
    protected abstract void Decode(Span<byte> target);
}
