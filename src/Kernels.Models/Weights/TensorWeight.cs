using System.Runtime.InteropServices;
using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>A matrix of a graph made of a model's tensors, stacked by rows where there are several; read when a device needs it.</summary>
internal sealed unsafe class TensorWeight : Weight, IDisposable
{
    private readonly ModelTensors _tensors;
    private readonly string[] _parts;
    private readonly bool _staysMapped;
    private TensorBytes? _mapped;

    private TensorWeight(ModelTensors tensors, string name, ElementType type, int rows, int columns, string[] parts, bool staysMapped)
        : base(name, type, rows, columns)
    {
        _tensors = tensors;
        _parts = parts;
        _staysMapped = staysMapped;
    }

    /// <summary>Names of the tensors, top to bottom.</summary>
    public IReadOnlyList<string> Parts => _parts;

    /// <inheritdoc/>
    public override byte* Mapped => _staysMapped ? (_mapped ??= _tensors.Map(_parts[0])).Pointer : null;

    /// <summary>A [rows, columns] tensor.</summary>
    /// <param name="tensors">Where it is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="rows">Rows it must have.</param>
    /// <param name="columns">Columns it must have.</param>
    /// <param name="staysMapped">Whether devices that can may use the mapped file in place.</param>
    public static TensorWeight Matrix(ModelTensors tensors, string name, int rows, int columns, bool staysMapped = false) =>
        new(tensors, name, tensors.Require(name, rows, columns).Type!.Value, rows, columns, [name], staysMapped);

    /// <summary>[rows, columns] tensors of one element type, one below the other.</summary>
    public static TensorWeight Stacked(ModelTensors tensors, string name, int columns, params (string Name, int Rows)[] parts) =>
        new(tensors, name, CommonType(tensors, [.. parts.Select(part => tensors.Require(part.Name, part.Rows, columns))]),
            parts.Sum(part => part.Rows), columns, [.. parts.Select(part => part.Name)], false);

    /// <summary>[length] tensors of one element type, end to end, as one row.</summary>
    public static TensorWeight Row(ModelTensors tensors, string name, params (string Name, int Length)[] parts) =>
        new(tensors, name, CommonType(tensors, [.. parts.Select(part => tensors.Require(part.Name, part.Length))]),
            1, parts.Sum(part => part.Length), [.. parts.Select(part => part.Name)], false);

    /// <summary>How the tensors are stored; dense where they are not stored alike.</summary>
    public StoredForm Form
    {
        get
        {
            var form = _tensors.Stored(_parts[0]).Form;
            return _parts.All(part => _tensors.Stored(part).Form == form) ? form : new StoredForm(WeightFormat.Dense, Type);
        }
    }

    /// <inheritdoc/>
    public override void ReadStored(StoredWeightReader reader)
    {
        var form = Form;
        var mask = form.Format == WeightFormat.Dense ? null : ReadMask();
        if (!form.Type.IsScaled())
        {
            Read(data => reader(new HostMatrix(data, Type, Rows, Columns) { Mask = mask }));
            return;
        }

        var integers = ReadIntegers();
        reader(HostMatrix.Quantized(integers.Codes, Rows, Columns, integers.Scales, integers.ScaleColumns) with { Mask = mask });
    }

    /// <inheritdoc/>
    public override void Read(WeightReader reader)
    {
        if (_parts.Length == 1)
        {
            using var bytes = _tensors.Map(_parts[0]);
            reader(bytes.Span);
            return;
        }

        if (ByteLength > int.MaxValue)
            throw new ModelException(_tensors.Location, $"tensor '{_parts[0]}' and those stacked with it", $"{ByteLength} bytes",
                $"together they may have up to {int.MaxValue}", "Choose a smaller model.");
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)ByteLength, 64);
        try
        {
            var rest = new Span<byte>(memory, (int)ByteLength);
            foreach (var name in _parts)
            {
                using var bytes = _tensors.Map(name);
                bytes.Span.CopyTo(rest);
                rest = rest[bytes.Span.Length..];
            }

            reader(new ReadOnlySpan<byte>(memory, (int)ByteLength));
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    public void Dispose() => _mapped?.Dispose();

    private WeightMask ReadMask()
    {
        if (_parts.Length == 1) return _tensors.Stored(_parts[0]).ReadMask()!;
        var bits = new List<byte>();
        foreach (var part in _parts) bits.AddRange(_tensors.Stored(part).ReadMask()!.Bits);
        return WeightMask.FromBits(Rows, Columns, [.. bits]);
    }

    private StoredIntegers ReadIntegers()
    {
        var parts = _parts.Select(part => _tensors.Stored(part).ReadIntegers()!).ToArray();
        foreach (var part in parts)
            if (part.ScaleColumns != parts[0].ScaleColumns)
                throw new ModelException(_tensors.Location, $"scales of '{Name}'", $"groups of {part.ScaleColumns} columns",
                    $"those fused with it share scales among {parts[0].ScaleColumns}", "Choose the weight method dense.");
        return parts.Length == 1 ? parts[0] : new StoredIntegers(
            [.. parts.SelectMany(part => part.Codes)], [.. parts.SelectMany(part => part.Scales)], parts[0].ScaleColumns);
    }

    private static ElementType CommonType(ModelTensors tensors, SafetensorsEntry[] entries)
    {
        foreach (var entry in entries)
            if (entry.Type != entries[0].Type)
                throw new ModelException(tensors.Location, $"dtype of tensor '{entry.Name}'", entry.DataType,
                    $"'{entries[0].Name}', which it is fused with, has {entries[0].DataType}", "Convert the model to one element type.");
        return entries[0].Type!.Value;
    }
}
