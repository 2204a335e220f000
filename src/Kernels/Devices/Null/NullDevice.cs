namespace Kernels;

/// <summary>A device that holds and runs nothing: planning and its explanations can be seen without hardware or memory.</summary>
/// <remarks>Every shape is supported, runs return at once, and copies to the host give zeros.</remarks>
public sealed class NullDevice : Device
{
    /// <summary>Creates the device.</summary>
    public NullDevice() => Layers = new NullLayers(this);

    /// <inheritdoc/>
    public override DeviceKind Kind => DeviceKind.Null;

    /// <inheritdoc/>
    public override string Name => "null";

    /// <inheritdoc/>
    public override string Description => "plans only";

    /// <inheritdoc/>
    public override LayerKernels Layers { get; }

    /// <inheritdoc/>
    public override DeviceBuffer Allocate(long byteLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteLength);
        return new NullBuffer(this, byteLength);
    }

    /// <inheritdoc/>
    public override void Synchronize() { }

    /// <inheritdoc/>
    public override void Dispose() { }
}
