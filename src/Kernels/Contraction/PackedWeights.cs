using System.Runtime.InteropServices;

namespace Kernels;

/// <summary>A weight matrix in the layout one program of one device reads; shared by any number of plans.</summary>
public abstract class PackedWeights : IDisposable
{
    /// <summary>Creates the weights.</summary>
    protected PackedWeights(Device device, int outputs, int inputs, ElementType type)
    {
        Device = device;
        Outputs = outputs;
        Inputs = inputs;
        Type = type;
    }

    /// <summary>The device that holds the weights.</summary>
    public Device Device { get; }

    /// <summary>Rows of the matrix.</summary>
    public int Outputs { get; }

    /// <summary>Columns of the matrix.</summary>
    public int Inputs { get; }

    /// <summary>Storage of the values.</summary>
    public ElementType Type { get; }

    /// <summary>Bytes held, indices included; a bias has four more for every output.</summary>
    public abstract long ByteLength { get; }

    /// <summary>fp32 [outputs], added to the sums of every run; null for none.</summary>
    public DeviceBuffer? Bias { get; private set; }

    /// <summary>Replaces the values with another matrix of the same shape and storage, allocating nothing on the device.</summary>
    public abstract void Repack(HostMatrix source);

    /// <inheritdoc/>
    public void Dispose()
    {
        Bias?.Dispose();
        DisposeCore();
    }

    /// <summary>Gives a bias to weights just packed.</summary>
    internal void Attach(ReadOnlySpan<float> bias)
    {
        Bias = Device.Allocate(sizeof(float) * (long)bias.Length);
        Bias.CopyFrom(MemoryMarshal.AsBytes(bias));
    }

    /// <summary>Frees the stored matrix.</summary>
    protected abstract void DisposeCore();
}
