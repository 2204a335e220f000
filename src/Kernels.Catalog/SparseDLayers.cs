namespace Kernels.Catalog;

/// <summary>SparseD through the steps of a denoising loop, for the attention layers of one model and one length.</summary>
/// <remarks>Steps 0 to ⌊denseShare·steps⌋ attend to every key; the last of them also selects; later steps visit what it selected.</remarks>
public sealed class SparseDLayers : IDisposable
{
    private readonly AttentionPlan _dense, _selecting, _frozen;
    private readonly AttentionIndex?[] _selected;
    private readonly int _prompt;

    /// <summary>Plans the layers.</summary>
    /// <param name="device">Where they run.</param>
    /// <param name="shape">Every run's; as many queries as keys.</param>
    /// <param name="layers">Attention layers.</param>
    /// <param name="steps">Denoising steps.</param>
    /// <param name="prompt">Keys of the prompt, which comes first; 0 for one scope.</param>
    /// <param name="denseShare">Share of the steps that is dense, 0 to 1. The paper's is 0.2.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="KernelException">The device cannot run a kernel on this shape.</exception>
    public SparseDLayers(Device device, in AttentionShape shape, int layers, int steps, int prompt, double denseShare = 0.2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(prompt);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(prompt, shape.Keys);
        ArgumentOutOfRangeException.ThrowIfNotEqual(shape.Queries, shape.Keys, nameof(shape));
        if (!(denseShare is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(denseShare), denseShare, "A share of the steps is 0 to 1.");
        (_prompt, _selected) = (prompt, new AttentionIndex?[layers]);
        DenseSteps = Math.Min((int)(steps * denseShare) + 1, steps);
        _dense = DenseAttention.Full.For(shape.HeadDim).Plan(device, shape);
        _selecting = SparseD.Selection.For(shape.HeadDim).Plan(device, shape);
        _frozen = ListedAttention.Full.For(shape.HeadDim).Plan(device, shape);
    }

    /// <summary>Steps that attend to every key.</summary>
    public int DenseSteps { get; }

    /// <summary>Pairs that the last run visited.</summary>
    public AttentionWork Work { get; private set; }

    /// <summary>What a layer visits after the dense steps; null before it was selected.</summary>
    public AttentionIndex? Selected(int layer) => _selected[layer];

    /// <summary>Runs a layer at a step; the last dense step must have run for a layer before later ones do.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="layer">From 0.</param>
    /// <param name="query">[batch, keys, query heads, head dim].</param>
    /// <param name="key">[batch, keys, key heads, head dim].</param>
    /// <param name="value">[batch, keys, key heads, head dim].</param>
    /// <param name="output">[batch, keys, query heads, head dim].</param>
    /// <exception cref="KernelException">A tensor does not fit, or nothing was selected yet; nothing was launched.</exception>
    public void Run(int step, int layer, Tensor query, Tensor key, Tensor value, Tensor output)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (step < DenseSteps)
        {
            if (step == DenseSteps - 1) _selected[layer] = _prompt > 0 ? _selecting.Select(query, key, _prompt) : _selecting.Select(query, key);
            _dense.Run(query, key, value, output);
            Work = _dense.Work;
            return;
        }

        var index = _selected[layer] ?? throw new KernelException(
            nameof(SparseDLayers), _frozen.Device.Name, $"step {step} of layer {layer}", $"step {DenseSteps - 1} selects and did not run", "Run the steps in order.");
        _frozen.Run(query, key, value, output, index);
        Work = _frozen.Work;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _dense.Dispose();
        _selecting.Dispose();
        _frozen.Dispose();
    }
}
