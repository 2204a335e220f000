using System.Runtime.InteropServices;
using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>The plans of one session and its KV cache: a pass for prompts, one for single tokens, and the head of every position.</summary>
internal sealed class ForwardPass : IDisposable
{
    // Enough rows to keep a product busy, few enough that logits stay a small part of memory.
    private const int LogitBytes = 32 << 20;

    private readonly Device _device;
    private readonly Stack<IDisposable> _owned = new();
    private readonly LlamaGraph _prefillGraph, _decodeGraph;
    private readonly Plan _prefill, _decode;
    private readonly HeadGraph? _headGraph;
    private readonly Plan? _head;
    private readonly StateSet _cache;
    private readonly AttentionKernel? _keeps;
    private readonly int _headsOfAllLayers;
    private (Plan Plan, LlamaGraph Graph) _last;

    /// <summary>Plans the passes.</summary>
    /// <exception cref="SchedulingException">The device cannot run a kernel on these shapes.</exception>
    public ForwardPass(ModelConfig config, ModelWeights weights, WeightStore store, Weight rotary, WeightMethod method, SessionOptions options)
    {
        _device = store.Device;
        _headsOfAllLayers = config.Layers * config.QueryHeads;
        try
        {
            LlamaGraph Graph(string name, LayerAttention attention) =>
                new(name, config, weights, rotary, method.Use, attention, options.CacheType, options.EveryPosition);
            _keeps = options.Attention.Keeps?.Invoke(config.HeadDim);
            var window = _keeps?.Declaration.Selection?.LastRows ?? 0;
            RequireSelection(config, window, options);
            var (prefill, decode) = (options.Attention.Prefill(config.HeadDim), options.Attention.Decode(config.HeadDim));
            var (asked, length) = (options.Attention, options.Length);
            _prefillGraph = Graph(
                "prefill", new LayerAttention(prefill, window, Gates: asked.GatesFor(prefill, config), Centroids: asked.CentroidsFor(prefill, config, length)));
            _decodeGraph = Graph(
                "decode", new LayerAttention(decode, window, _keeps is not null, asked.GatesFor(decode, config), asked.CentroidsFor(decode, config, length)));
            _cache = Own(new StateSet(_prefillGraph.Graph, _device, options.Length));
            _prefill = Own(Scheduler.Plan(_prefillGraph.Graph, _device, new ShapeClass(options.ChunkLength, options.Length), store));
            _decode = Own(Scheduler.Plan(_decodeGraph.Graph, _device, new ShapeClass(1, options.Length), store));
            if (!options.EveryPosition) return;
            HeadRows = (int)Math.Clamp(LogitBytes / (sizeof(float) * (long)config.VocabularySize), 1, Math.Min(256, options.ChunkLength));
            _headGraph = new HeadGraph(config, weights);
            _head = Own(Scheduler.Plan(_headGraph.Graph, _device, new ShapeClass(HeadRows, HeadRows), store));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Most rows of one <see cref="Logits"/>; 0 where only the last position's are planned.</summary>
    public int HeadRows { get; }

    /// <summary>Tokens held.</summary>
    public int Position => _cache.Length;

    /// <summary>Bytes of the KV cache.</summary>
    public long CacheBytes => _cache.ByteLength;

    /// <summary>Every plan and the totals.</summary>
    public SessionExplanation Explain()
    {
        PlanExplanation[] plans = _head is null ? [_prefill.Explain(), _decode.Explain()] : [_prefill.Explain(), _decode.Explain(), _head.Explain()];
        return new SessionExplanation(plans, plans[0].WeightBytes, CacheBytes, plans.Sum(plan => plan.ArenaBytes + plan.WorkspaceBytes));
    }

    /// <summary>Rows of the last run whose logits can be had.</summary>
    public int LastRows { get; private set; }

    /// <summary>Appends tokens of a prompt; returns the pairs their attention visited.</summary>
    /// <remarks>Where keys were compacted, tokens are appended one by one.</remarks>
    public AttentionWork Append(ReadOnlySpan<int> tokens, CancellationToken cancellation, ProductObserver? observer)
    {
        if (!_cache.IsCompacted) return Run(tokens, decodes: tokens.Length == 1 && Position > 0 && _keeps is null, cancellation, observer);
        long visited = 0, dense = 0;
        for (var i = 0; i < tokens.Length; i++)
        {
            // A token that was appended to some layers only would be lost to the others: none is interrupted.
            cancellation.ThrowIfCancellationRequested();
            visited += Run(tokens.Slice(i, 1), decodes: true, CancellationToken.None, observer).Visited;
            dense += (long)Position * _headsOfAllLayers;
        }

        return new AttentionWork(visited, dense);
    }

    /// <summary>Appends a generated token; the first after a prompt compacts the keys, where the method keeps only some.</summary>
    public void Decode(int token, ProductObserver? observer)
    {
        if (_keeps is not null && !_cache.IsCompacted) _cache.Compact(_keeps);
        Run([token], decodes: true, CancellationToken.None, observer);
    }

    /// <summary>Copies the logits after the last token.</summary>
    public void LastLogits(Span<float> destination) => Copy(_last.Plan.Output(_last.Graph.Logits), destination);

    /// <summary>Computes the logits after tokens [first, first + rows) of the last run.</summary>
    public void Logits(int first, int rows, Span<float> destination)
    {
        var hidden = _last.Plan.Output(_last.Graph.Hidden);
        var part = Tensor.Matrix(hidden.Buffer, hidden.Type, rows, hidden[1], hidden.Offset + first * hidden.Stride(0), hidden.Stride(0));
        _device.Layers.Copy(part, _head!.Input(_headGraph!.Hidden, rows));
        _head.Run(rows);
        Copy(_head.Output(_headGraph.Logits), destination);
    }

    /// <summary>Forgets every token.</summary>
    public void Reset()
    {
        _cache.Truncate(0);
        LastRows = 0;
    }

    public void Dispose()
    {
        while (_owned.TryPop(out var resource)) resource.Dispose();
    }

    // Said before a prompt is read, not when it is compacted.
    private void RequireSelection(ModelConfig config, int window, SessionOptions options)
    {
        var shape = new AttentionShape(
            1, Math.Min(window, options.Length), options.Length, config.QueryHeads, config.KeyHeads, config.HeadDim, ElementType.Float32, options.CacheType);
        if (_keeps?.Supports(_device, shape) is { IsSupported: false } support)
            throw new SchedulingException($"Method {options.Attention.Name} cannot choose what it keeps on {_device.Name}: {support.Reason}. Choose another device or method.");
    }

    private AttentionWork Run(ReadOnlySpan<int> tokens, bool decodes, CancellationToken cancellation, ProductObserver? observer)
    {
        var (plan, graph) = decodes ? (_decode, _decodeGraph) : (_prefill, _prefillGraph);
        plan.Write(graph.Tokens, tokens);
        plan.Run(tokens.Length, _cache, cancellation, observer);
        _last = (plan, graph);
        LastRows = tokens.Length;
        return plan.Work;
    }

    private static void Copy(Tensor source, Span<float> destination) =>
        source.Buffer.CopyTo(MemoryMarshal.AsBytes(destination), source.Offset * sizeof(float));

    private T Own<T>(T resource) where T : IDisposable
    {
        _owned.Push(resource);
        return resource;
    }
}
