using System.Runtime.InteropServices;
using Xunit;

namespace Kernels.Testing;

/// <summary>A tensor whose buffer has guards before, after and between the tokens; every byte outside the view is watched.</summary>
public sealed class GuardedTensor : IDisposable
{
    // All bits set: NaN in every storage, so that a kernel that reads a guard shows it in its output.
    private const byte Guard = 0xFF;
    private const int Margin = 48, FilledGap = 3;

    private readonly byte[] _host;
    private readonly bool[] _inside;

    /// <summary>A [batch, tokens, heads, channels] tensor, filled with guards until <see cref="Write"/>.</summary>
    public GuardedTensor(Device device, ElementType type, int batch, int tokens, int heads, int channels, int gap = 0)
        : this(device, type, batch * tokens, heads * channels, gap)
    {
        var row = heads * channels + gap;
        Tensor = Tensor.Heads(Buffer, type, batch, tokens, heads, channels, Margin, (long)tokens * row, row);
    }

    /// <summary>A [rows, columns] tensor, filled with guards until <see cref="Write"/>.</summary>
    public GuardedTensor(Device device, ElementType type, int rows, int columns, int gap = 0)
    {
        var row = columns + gap;
        var elements = 2 * Margin + rows * row;
        Buffer = device.Allocate((long)elements * type.Size());
        _host = new byte[Buffer.ByteLength];
        Array.Fill(_host, Guard);
        _inside = new bool[elements];
        for (var i = 0; i < rows; i++) Array.Fill(_inside, true, Margin + i * row, columns);
        Tensor = Tensor.Matrix(Buffer, type, rows, columns, Margin, row);
        Buffer.CopyFrom(_host);
    }

    /// <summary>An fp32 [batch, tokens, heads, channels] tensor of <paramref name="values"/>.</summary>
    public static GuardedTensor Filled(Device device, ReadOnlySpan<float> values, int batch, int tokens, int heads, int channels) =>
        new GuardedTensor(device, ElementType.Float32, batch, tokens, heads, channels, FilledGap).Holding(values);

    /// <summary>An fp32 [rows, columns] tensor of <paramref name="values"/>.</summary>
    public static GuardedTensor Filled(Device device, ReadOnlySpan<float> values, int rows, int columns) =>
        new GuardedTensor(device, ElementType.Float32, rows, columns, FilledGap).Holding(values);

    /// <summary>The view kernels get.</summary>
    public Tensor Tensor { get; }

    private DeviceBuffer Buffer { get; }

    /// <summary>Stores <paramref name="values"/> (dense row-major) in the view, rounding to its storage.</summary>
    public void Write(ReadOnlySpan<float> values)
    {
        var next = 0;
        for (var i = 0; i < _inside.Length; i++)
        {
            if (!_inside[i]) continue;
            var value = values[next++];
            var place = _host.AsSpan(i * Tensor.Type.Size());
            if (Tensor.Type == ElementType.Float32) MemoryMarshal.Write(place, value);
            else MemoryMarshal.Write(place, Tensor.Type == ElementType.BFloat16 ? ElementTypes.ToBFloat16(value) : ElementTypes.ToFloat16(value));
        }

        Assert.Equal(values.Length, next);
        Buffer.CopyFrom(_host);
    }

    /// <summary>The view's values, dense row-major; fails if a byte outside the view has changed.</summary>
    public float[] Read(string what)
    {
        var bytes = new byte[_host.Length];
        Buffer.CopyTo(bytes);
        var size = Tensor.Type.Size();
        var values = new List<float>(_inside.Length);
        for (var i = 0; i < _inside.Length; i++)
        {
            if (!_inside[i])
            {
                Assert.True(bytes.AsSpan(i * size, size).SequenceEqual(_host.AsSpan(i * size, size)),
                    $"{what}: element {i - Margin} relative to the view's first lies outside the view and was written");
                continue;
            }

            values.Add(Tensor.Type switch
            {
                ElementType.Float32 => MemoryMarshal.Cast<byte, float>(bytes)[i],
                ElementType.BFloat16 => ElementTypes.FromBFloat16(MemoryMarshal.Cast<byte, ushort>(bytes)[i]),
                _ => ElementTypes.FromFloat16(MemoryMarshal.Cast<byte, ushort>(bytes)[i]),
            });
        }

        return [.. values];
    }

    /// <inheritdoc/>
    public void Dispose() => Buffer.Dispose();

    private GuardedTensor Holding(ReadOnlySpan<float> values)
    {
        Write(values);
        return this;
    }
}
