using System.Runtime.InteropServices;

namespace Kernels.Models;

/// <summary>One matrix made of tensors stacked by rows: mapped where it is one tensor, else gathered in memory until disposed.</summary>
internal sealed unsafe class StackedMatrix : IDisposable
{
    private readonly TensorBytes? _mapped;
    private readonly byte* _gathered;
    private readonly long _byteLength;

    /// <summary>Reads [rows, <paramref name="columns"/>] tensors of one element type.</summary>
    /// <exception cref="ModelException">A tensor is missing or differs in shape or type.</exception>
    public StackedMatrix(ModelTensors tensors, int columns, params ReadOnlySpan<(string Name, int Rows)> parts)
    {
        Columns = columns;
        foreach (var (name, rows) in parts)
        {
            var entry = tensors.Require(name, rows, columns);
            if (Rows > 0 && entry.Type != Type)
                throw new ModelException(tensors.Location, $"dtype of tensor '{name}'", entry.DataType,
                    $"'{parts[0].Name}', which it is fused with, is {Type}", "Convert the model to one element type.");
            Type = entry.Type!.Value;
            Rows = checked(Rows + rows);
        }

        _byteLength = (long)Rows * columns * Type.Size();
        if (parts.Length == 1)
        {
            _mapped = tensors.Map(parts[0].Name);
            return;
        }

        if (_byteLength > int.MaxValue)
            throw new ModelException(tensors.Location, $"tensor '{parts[0].Name}' and its neighbours", $"{_byteLength} bytes",
                $"fused they may have up to {int.MaxValue}", "Choose a smaller model.");
        _gathered = (byte*)NativeMemory.AlignedAlloc((nuint)_byteLength, 64);
        var target = new Span<byte>(_gathered, (int)_byteLength);
        foreach (var (name, _) in parts)
        {
            using var bytes = tensors.Map(name);
            bytes.Span.CopyTo(target);
            target = target[bytes.Span.Length..];
        }
    }

    public ElementType Type { get; }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>The matrix; valid until disposed.</summary>
    public HostMatrix Matrix => new(_mapped is null ? new ReadOnlySpan<byte>(_gathered, (int)_byteLength) : _mapped.Span, Type, Rows, Columns);

    public void Dispose()
    {
        _mapped?.Dispose();
        NativeMemory.AlignedFree(_gathered);
    }
}
