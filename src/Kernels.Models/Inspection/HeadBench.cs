using System.Runtime.InteropServices;

namespace Kernels.Models;

/// <summary>Dense and sparse kernels planned for the heads that share one key head, and the tensors they run on.</summary>
internal sealed class HeadBench : IDisposable
{
    private readonly Device _device;
    private readonly ModelConfig _config;
    private readonly int _tokens, _cells, _group;
    private readonly Stack<IDisposable> _owned = new();
    private readonly AttentionPlan _dense, _sparse;
    private readonly AttentionGates? _gates;
    private readonly Tensor _query, _key, _indicator, _output, _logSumExp;
    private readonly float[] _outputs, _logSums;

    public HeadBench(Device device, ModelConfig config, AttentionKernel dense, AttentionKernel sparse, AttentionGates? gates, int tokens, int cells)
    {
        _gates = gates;
        (_device, _config, _tokens, _cells, _group) = (device, config, tokens, cells, config.QueryHeads / config.KeyHeads);
        try
        {
            var shape = new AttentionShape(1, tokens, tokens, _group, 1, config.HeadDim);
            _dense = Own(dense.Plan(device, shape));
            _sparse = Own(sparse.Plan(device, shape));
            _query = Allocate(_group, config.HeadDim);
            _key = Allocate(1, config.HeadDim);
            _indicator = Allocate(1, config.HeadDim);
            _output = Allocate(_group, config.HeadDim);
            _logSumExp = Allocate(_group, 1);
            _outputs = new float[tokens * _group * config.HeadDim];
            _logSums = new float[tokens * _group];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Inspects every query head of a layer.</summary>
    public IEnumerable<HeadInspection> Inspect(int layer, AttentionInputs inputs)
    {
        for (var keyHead = 0; keyHead < _config.KeyHeads; keyHead++)
        {
            Write(_query, inputs.Query, _config.QueryHeads, keyHead * _group, _group);
            Write(_key, inputs.Key, _config.KeyHeads, keyHead, 1);
            var mass = Maps();
            var visited = Maps();
            using var gate = _gates is null ? null : new GateKeyCache(_device, _gates.Layers[layer].ForKeyHead(keyHead), 1, _tokens);
            for (var first = 0; first < _cells; first += _config.HeadDim)
            {
                WriteIndicator(first);
                Run(_dense, null);
                Collect(mass, first, weight => weight);
                Run(_sparse, gate);
                Collect(visited, first, weight => weight > 0 ? 1 : 0);
            }

            var (denseSums, sparseSums) = (LogSums(_dense, null), LogSums(_sparse, gate));
            var work = _sparse.Work;
            for (var head = 0; head < _group; head++)
                yield return new HeadInspection(
                    layer, keyHead * _group + head, mass[head], visited[head], work.Density, Recall(denseSums, sparseSums, head));
        }
    }

    public void Dispose()
    {
        while (_owned.TryPop(out var resource)) resource.Dispose();
    }

    private int Cell(int token) => (int)((long)token * _cells / _tokens);

    private float[][,] Maps() => [.. Enumerable.Range(0, _group).Select(_ => new float[_cells, _cells])];

    private void Write(in Tensor target, float[] source, int heads, int first, int count)
    {
        var width = count * _config.HeadDim;
        var values = new float[_tokens * width];
        for (var token = 0; token < _tokens; token++)
            source.AsSpan((token * heads + first) * _config.HeadDim, width).CopyTo(values.AsSpan(token * width));
        target.Buffer.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    // Channel c of a key is 1 where the key lies in column first + c of the grid.
    private void WriteIndicator(int first)
    {
        var values = new float[_tokens * _config.HeadDim];
        for (var token = 0; token < _tokens; token++)
        {
            var channel = Cell(token) - first;
            if (channel >= 0 && channel < _config.HeadDim) values[token * _config.HeadDim + channel] = 1;
        }

        _indicator.Buffer.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    private void Run(AttentionPlan plan, GateKeyCache? gate, Tensor? logSumExp = null)
    {
        if (gate is null) plan.Run(_query, _key, _indicator, _output, logSumExp);
        else plan.Run(_query, _key, _indicator, _output, gate, logSumExp);
    }

    private float[] LogSums(AttentionPlan plan, GateKeyCache? gate)
    {
        Run(plan, gate, _logSumExp);
        _logSumExp.Buffer.CopyTo(MemoryMarshal.AsBytes(_logSums.AsSpan()));
        return [.. _logSums];
    }

    private void Collect(float[][,] maps, int first, Func<float, float> measure)
    {
        _output.Buffer.CopyTo(MemoryMarshal.AsBytes(_outputs.AsSpan()));
        var rows = new int[_cells];
        for (var token = 0; token < _tokens; token++) rows[Cell(token)]++;
        var columns = Math.Min(_config.HeadDim, _cells - first);
        for (var token = 0; token < _tokens; token++)
        {
            var row = Cell(token);
            for (var head = 0; head < _group; head++)
            for (var column = 0; column < columns; column++)
                maps[head][row, first + column] += measure(_outputs[(token * _group + head) * _config.HeadDim + column]) / rows[row];
        }
    }

    private double Recall(float[] dense, float[] sparse, int head)
    {
        double sum = 0;
        for (var token = 0; token < _tokens; token++)
            sum += Math.Min(1, Math.Exp((double)sparse[token * _group + head] - dense[token * _group + head]));
        return sum / _tokens;
    }

    private Tensor Allocate(int heads, int channels) => Tensor.Heads(
        Own(_device.Allocate(sizeof(float) * (long)_tokens * heads * channels)), ElementType.Float32, 1, _tokens, heads, channels);

    private T Own<T>(T resource) where T : IDisposable
    {
        _owned.Push(resource);
        return resource;
    }
}
