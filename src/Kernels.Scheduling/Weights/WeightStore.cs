using System.Runtime.InteropServices;

namespace Kernels.Scheduling;

/// <summary>The weights of one device: each is brought there once and shared by every plan.</summary>
public sealed class WeightStore : IDisposable
{
    private readonly Dictionary<(Weight, WeightUse, Weight?), PackedWeights> _packed = [];
    private readonly Dictionary<(Weight, ElementType), Tensor> _tables = [];
    private readonly Dictionary<(ConvolutionFilters, ConvolutionKernel), ConvolutionWeights> _filters = [];

    /// <summary>An empty store.</summary>
    public WeightStore(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        Device = device;
    }

    /// <summary>Where the weights are.</summary>
    public Device Device { get; }

    /// <summary>Bytes held, mapped files used in place included.</summary>
    public long ByteLength => _packed.Values.Sum(BytesOf) + _filters.Values.Sum(filters => filters.ByteLength) + _tables.Values.Sum(table => table.Buffer.ByteLength);

    /// <summary>Bytes of <see cref="ByteLength"/> that are mapped files used in place, never copied to the device.</summary>
    public long MappedBytes { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var weights in _packed.Values) weights.Dispose();
        foreach (var table in _tables.Values) table.Buffer.Dispose();
        foreach (var filters in _filters.Values) filters.Dispose();
        _filters.Clear();
        _packed.Clear();
        _tables.Clear();
        MappedBytes = 0;
    }

    /// <summary>Bytes of packed weights and their bias.</summary>
    internal static long BytesOf(PackedWeights weights) => weights.ByteLength + (weights.Bias?.ByteLength ?? 0);

    /// <summary>A weight in the layout of a product, with its bias.</summary>
    /// <exception cref="KernelException">The device cannot hold it.</exception>
    internal PackedWeights Packed(WeightUse use, Weight weight, Weight? bias)
    {
        if (_packed.TryGetValue((weight, use, bias), out var packed)) return packed;
        var biases = bias is null ? [] : Floats(bias);
        if (use.AsStored) weight.ReadStored(matrix => packed = use.Kernel.Pack(Device, matrix, use.Type, bias: biases));
        else weight.Read(data => packed = use.Kernel.Pack(Device, new HostMatrix(data, weight.Type, weight.Rows, weight.Columns), use.Type, bias: biases));
        return _packed[(weight, use, bias)] = packed ?? throw new InvalidOperationException($"{weight} was not read.");
    }

    /// <summary>Filters in the layout of a convolution.</summary>
    /// <exception cref="KernelException">The device cannot hold them.</exception>
    internal ConvolutionWeights Packed(ConvolutionKernel kernel, ConvolutionFilters filters)
    {
        if (_filters.TryGetValue((filters, kernel), out var packed)) return packed;
        return _filters[(filters, kernel)] = kernel.Pack(Device, filters.Matrix, filters.Bias.Span);
    }

    /// <summary>A weight row-major as it is stored; in place where the device can read the mapped file.</summary>
    internal unsafe Tensor Table(Weight weight)
    {
        if (_tables.TryGetValue((weight, weight.Type), out var table)) return table;
        DeviceBuffer buffer;
        if (Device is CpuDevice cpu && weight.Mapped != null)
        {
            buffer = new CpuBuffer(cpu, weight.Mapped, weight.ByteLength);
            MappedBytes += weight.ByteLength;
        }
        else
        {
            buffer = Device.Allocate(weight.ByteLength);
            weight.Read(data => buffer.CopyFrom(data));
        }

        return _tables[(weight, weight.Type)] = Tensor.Matrix(buffer, weight.Type, weight.Rows, weight.Columns);
    }

    /// <summary>A weight row-major in fp32, converted where it is stored otherwise: norms, biases, position tables.</summary>
    internal Tensor Float32(Weight weight)
    {
        if (weight.Type == ElementType.Float32) return Table(weight);
        if (_tables.TryGetValue((weight, ElementType.Float32), out var table)) return table;
        var buffer = Device.Allocate((long)weight.Rows * weight.Columns * sizeof(float));
        buffer.CopyFrom(MemoryMarshal.AsBytes(Floats(weight).AsSpan()));
        return _tables[(weight, ElementType.Float32)] = Tensor.Matrix(buffer, ElementType.Float32, weight.Rows, weight.Columns);
    }

    private static float[] Floats(Weight weight)
    {
        var values = new float[(long)weight.Rows * weight.Columns];
        weight.Read(data =>
        {
            if (weight.Type == ElementType.Float32)
            {
                MemoryMarshal.Cast<byte, float>(data).CopyTo(values);
                return;
            }

            var source = MemoryMarshal.Cast<byte, ushort>(data);
            for (var i = 0; i < values.Length; i++)
                values[i] = weight.Type == ElementType.BFloat16 ? ElementTypes.FromBFloat16(source[i]) : ElementTypes.FromFloat16(source[i]);
        });
        return values;
    }
}
