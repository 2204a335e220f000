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

    /// <summary>Bytes held, indices included.</summary>
    public abstract long ByteLength { get; }

    /// <summary>Replaces the values with another matrix of the same shape and storage, allocating nothing on the device.</summary>
    public abstract void Repack(HostMatrix source);

    /// <inheritdoc/>
    public abstract void Dispose();
}
