namespace Kernels;

/// <summary>Weights in the panels of <see cref="PanelLayout"/>, 32 outputs wide.</summary>
internal sealed unsafe class GpuPanelWeights(IlgpuDevice device, MatMulDeclaration declaration, PanelLayout layout, int outputs)
    : GpuPackedWeights(device, declaration, outputs, layout.Inputs, layout.Type, layout.ScaleInputs, layout.Panels(outputs) * layout.PanelBytes)
{
    /// <summary>Where things lie.</summary>
    public PanelLayout Layout => layout;

    /// <inheritdoc/>
    protected override void Pack(HostMatrix source, byte* target)
    {
        using var workers = new WorkerTeam(Environment.ProcessorCount);
        new PanelPacker(layout, Outputs).Pack(workers, source, target);
    }
}
