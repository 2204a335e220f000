using System.Runtime.InteropServices;
using Kernels.Catalog;

namespace Kernels.Models;

/// <summary>The Llama forward pass.</summary>
internal sealed class ForwardPass : IDisposable
{
    private readonly ModelConfig _c;
    private readonly ModelWeights _w;
    private readonly Device _device;
    private readonly SessionOptions _o;
    private readonly Stack<IDisposable> _owned = new();
    private readonly Tensor _rotary;
    private readonly DeviceBuffer _ids, _x, _n, _qkv, _att, _gu, _act, _logits;
    private readonly DeviceBuffer[] _keys, _values;
    private readonly AttentionPlan _prefill, _decode;
    private readonly Dictionary<(int, int, bool, MatMulKernel), MatMulPlan> _plans = [];

    public ForwardPass(ModelConfig config, ModelWeights weights, Device device, SessionOptions options)
    {
        (_c, _w, _device, _o) = (config, weights, device, options);
        HeadRows = options.EveryPosition ? (int)Math.Clamp((32 << 20) / (4L * config.VocabularySize), 1, 256) : 1;
        var rows = options.ChunkLength;
        DeviceBuffer Floats(long n) => Own(device.Allocate(n * 4));
        _rotary = RotaryTable.Upload(device, config, options.Length);
        Own(_rotary.Buffer);
        _ids = Floats(rows);
        _x = Floats((long)rows * config.HiddenSize);
        _n = Floats((long)rows * config.HiddenSize);
        _qkv = Floats((long)rows * (config.QueryHeads + 2 * config.KeyHeads) * config.HeadDim);
        _att = Floats((long)rows * config.QueryHeads * config.HeadDim);
        _gu = Floats((long)rows * 2 * config.IntermediateSize);
        _act = Floats((long)rows * config.IntermediateSize);
        _logits = Floats((long)HeadRows * config.VocabularySize);
        var cache = (long)options.Length * config.KeyHeads * config.HeadDim * options.CacheType.Size();
        _keys = [.. Enumerable.Range(0, config.Layers).Select(_ => Own(device.Allocate(cache)))];
        _values = [.. Enumerable.Range(0, config.Layers).Select(_ => Own(device.Allocate(cache)))];
        CacheBytes = 2 * cache * config.Layers;
        _prefill = Own(options.Attention.Prefill(config.HeadDim).Plan(device, new AttentionShape(1, rows, options.Length, config.QueryHeads, config.KeyHeads, config.HeadDim, ElementType.Float32, options.CacheType)));
        _decode = Own(options.Attention.Decode(config.HeadDim).Plan(device, new AttentionShape(1, 1, options.Length, config.QueryHeads, config.KeyHeads, config.HeadDim, ElementType.Float32, options.CacheType)));
    }

    public int HeadRows { get; }

    public long CacheBytes { get; }

    public long WorkspaceBytes => 0;

    public string Explain() => "";

    public AttentionWork Run(ReadOnlySpan<int> tokens, int position)
    {
        var layers = _device.Layers;
        var (rows, d) = (tokens.Length, _c.HeadDim);
        var width = (_c.QueryHeads + 2 * _c.KeyHeads) * d;
        _ids.CopyFrom(MemoryMarshal.AsBytes(tokens));
        Tensor M(DeviceBuffer b, int columns) => Tensor.Matrix(b, ElementType.Float32, rows, columns);
        var (x, n, qkv, att, gu, act) = (M(_x, _c.HiddenSize), M(_n, _c.HiddenSize), M(_qkv, width), M(_att, _c.QueryHeads * d), M(_gu, 2 * _c.IntermediateSize), M(_act, _c.IntermediateSize));
        Tensor H(DeviceBuffer b, int heads, int offset, int stride) => Tensor.Heads(b, ElementType.Float32, 1, rows, heads, d, offset, 0, stride, d);
        var q = H(_qkv, _c.QueryHeads, 0, width);
        var k = H(_qkv, _c.KeyHeads, _c.QueryHeads * d, width);
        var v = H(_qkv, _c.KeyHeads, (_c.QueryHeads + _c.KeyHeads) * d, width);
        var o = H(_att, _c.QueryHeads, 0, _c.QueryHeads * d);
        layers.Gather(_w.Embedding, Tensor.Matrix(_ids, ElementType.Int32, 1, rows), x);
        var plan = rows == 1 && position > 0 ? _decode : _prefill;
        long visited = 0, dense = 0;
        for (var i = 0; i < _c.Layers; i++)
        {
            var w = _w.Layers[i];
            layers.RmsNorm(x, w.AttentionNorm, _c.NormEpsilon, n);
            Product(n, w.QueryKeyValue, qkv, w.Method);
            if (w.QueryKeyValueBias is { } b) layers.AddBias(qkv, b);
            if (w.QueryNorm is { } qn) layers.RmsNorm(q, qn, _c.NormEpsilon, q);
            if (w.KeyNorm is { } kn) layers.RmsNorm(k, kn, _c.NormEpsilon, k);
            layers.Rotate(q, _rotary, position);
            layers.Rotate(k, _rotary, position);
            Tensor Cache(DeviceBuffer buffer, int tokens, int first) => Tensor.Heads(buffer, _o.CacheType, 1, tokens, _c.KeyHeads, d, (long)first * _c.KeyHeads * d);
            layers.Copy(k, Cache(_keys[i], rows, position));
            layers.Copy(v, Cache(_values[i], rows, position));
            plan.Run(q, Cache(_keys[i], position + rows, 0), Cache(_values[i], position + rows, 0), o);
            var work = plan.Work;
            visited += work.Visited;
            dense += work.Dense;
            Product(att, w.Output, n, w.Method);
            if (w.OutputBias is { } ob) layers.AddBias(n, ob);
            layers.Add(x, n, x);
            layers.RmsNorm(x, w.MlpNorm, _c.NormEpsilon, n);
            Product(n, w.GateUp, gu, w.Method);
            if (w.GateUpBias is { } gb) layers.AddBias(gu, gb);
            layers.SwiGlu(gu, act);
            Product(act, w.Down, n, w.Method);
            if (w.DownBias is { } db) layers.AddBias(n, db);
            layers.Add(x, n, x);
        }

        return new AttentionWork(visited, dense);
    }

    public void Logits(int first, int rows, Span<float> destination)
    {
        var x = Tensor.Matrix(_x, ElementType.Float32, rows, _c.HiddenSize, (long)first * _c.HiddenSize);
        var n = Tensor.Matrix(_n, ElementType.Float32, rows, _c.HiddenSize);
        _device.Layers.RmsNorm(x, _w.FinalNorm, _c.NormEpsilon, n);
        var y = Tensor.Matrix(_logits, ElementType.Float32, rows, _c.VocabularySize);
        Product(n, _w.Head, y, Projections.Dense);
        _logits.CopyTo(MemoryMarshal.AsBytes(destination));
    }

    public void Dispose()
    {
        while (_owned.TryPop(out var r)) r.Dispose();
    }

    private void Product(Tensor x, PackedWeights w, Tensor y, MatMulKernel kernel)
    {
        var rows = x[0] == 1 ? 1 : _o.ChunkLength;
        var key = (w.Inputs, w.Outputs, rows == 1, kernel);
        if (!_plans.TryGetValue(key, out var plan)) _plans[key] = plan = Own(kernel.Plan(_device, new MatMulShape(rows, w.Inputs, w.Outputs, w.Type)));
        plan.Run(x, w, y);
    }

    private T Own<T>(T resource) where T : IDisposable
    {
        _owned.Push(resource);
        return resource;
    }
}
