namespace Kernels;

/// <summary>Layers whose arguments are checked and that do nothing.</summary>
internal sealed class NullLayers(NullDevice device) : LayerKernels(device)
{
    protected override void RmsNormCore(in Tensor input, in Tensor weight, float epsilon, in Tensor output) { }

    protected override void RotateCore(in Tensor heads, in Tensor table, int firstPosition) { }

    protected override void SwiGluCore(in Tensor gateUp, in Tensor output) { }

    protected override void AddCore(in Tensor left, in Tensor right, in Tensor output) { }

    protected override void MeanOfRowsCore(in Tensor input, in Tensor output) { }

    protected override void GatherCore(in Tensor table, in Tensor ids, in Tensor output) { }

    protected override void CopyCore(in Tensor source, in Tensor destination) { }
}
