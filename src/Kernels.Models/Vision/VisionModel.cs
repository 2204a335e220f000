using System.Runtime.InteropServices;
using Kernels.Compression;
using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>An image classifier ready to run: MobileNet v1 or v2 from safetensors or ONNX, dense or pruned.</summary>
/// <remarks>One image at a time.</remarks>
public sealed class VisionModel : IDisposable
{
    private readonly WeightStore _weights;
    private readonly Plan _plan;
    private readonly VisionGraph _graph;
    private readonly float[] _turned = [];

    /// <summary>Plans a network.</summary>
    /// <param name="network">The network, dense or pruned.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="pattern">Groups of outputs to drop by magnitude, channels rearranged before; null to run the network as it is.</param>
    /// <exception cref="ModelException">A layer has no kernel, or the pattern does not suit.</exception>
    /// <exception cref="SchedulingException">The device cannot run it.</exception>
    public VisionModel(VisionNetwork network, Device device, SparsityPattern? pattern = null)
        : this(Pruned(network, pattern), device, showsLast: false)
    {
    }

    /// <summary>Plans a network whose last convolution can be looked at.</summary>
    internal VisionModel(VisionNetwork network, Device device, bool showsLast)
    {
        ArgumentNullException.ThrowIfNull(device);
        Network = network;
        if (Network.IsTurned) _turned = new float[Network.Channels * Network.Side * Network.Side];
        _graph = new VisionGraph(Network, showsLast);
        _weights = new WeightStore(device);
        try
        {
            _plan = Scheduler.Plan(_graph.Graph, device, new ShapeClass(1, 1), _weights);
        }
        catch
        {
            _weights.Dispose();
            throw;
        }
    }

    /// <summary>What runs.</summary>
    public VisionNetwork Network { get; }

    /// <summary>Logits of the last run, fp32 [1, classes] on the device.</summary>
    public Tensor Logits => _plan.Output(_graph.Logits);

    /// <summary>Output of the last convolution, fp32 [channels, pixels] on the device; for models that show it.</summary>
    internal Tensor Last => _plan.Output(_graph.Last);

    /// <summary>Writes the image of the next run.</summary>
    /// <param name="image">[channels, side, side], normalised.</param>
    /// <exception cref="ModelException">It has another size.</exception>
    public void Write(ReadOnlySpan<float> image)
    {
        Network.RequireImage(image);
        if (Network.IsTurned)
        {
            image.CopyTo(_turned);
            for (var (channel, pixels) = (0, Network.Side * Network.Side); channel < Network.Channels; channel++) _turned.AsSpan(channel * pixels, pixels).Reverse();
            image = _turned;
        }

        var input = _plan.Input(_graph.Image, 1);
        input.Buffer.CopyFrom(MemoryMarshal.AsBytes(image), input.Offset * sizeof(float));
    }

    /// <summary>Runs the network on the image that was written.</summary>
    public void Run() => _plan.Run(1);

    /// <summary>One logit for each class.</summary>
    /// <param name="image">[channels, side, side], normalised.</param>
    public float[] Classify(ReadOnlySpan<float> image)
    {
        Write(image);
        Run();
        var logits = new float[Network.ClassifierBias.Length];
        Logits.Buffer.CopyTo(MemoryMarshal.AsBytes(logits.AsSpan()), Logits.Offset * sizeof(float));
        return logits;
    }

    /// <summary>What the plan does and holds.</summary>
    public PlanExplanation Explain() => _plan.Explain();

    private static VisionNetwork Pruned(VisionNetwork network, SparsityPattern? pattern)
    {
        ArgumentNullException.ThrowIfNull(network);
        return pattern is null ? network : PointwisePruning.Prune(network, pattern);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _plan.Dispose();
        _weights.Dispose();
    }
}
