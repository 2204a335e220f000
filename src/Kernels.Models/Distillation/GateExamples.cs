namespace Kernels.Models;

/// <summary>Makes examples of what a layer's attention did with a sequence: pooled vectors, and the attention each block got.</summary>
internal sealed class GateExamples(ModelConfig config, PositionTurns turns, int tokens, bool forDecode)
{
    private const int Block = AttentionGates.Block;
    private readonly int _blocks = (tokens - 1) / Block + 1;
    private readonly int _group = config.QueryHeads / config.KeyHeads;

    /// <summary>Gates of a layer: one for each query head, or for each key head.</summary>
    public static int Gates(ModelConfig config, bool forDecode) => forDecode ? config.KeyHeads : config.QueryHeads;

    /// <summary>The examples of a layer, one for each gate.</summary>
    public GateExample[] Make(AttentionInputs inputs, int threads)
    {
        var keys = new double[config.KeyHeads][];
        var examples = new GateExample[Gates(config, forDecode)];
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
        Parallel.For(0, keys.Length, options, head => keys[head] = PoolKeys(inputs.Key, head));
        Parallel.For(0, examples.Length, options, gate => examples[gate] = forDecode ? OfGroup(inputs, gate, keys[gate]) : OfHead(inputs, gate, keys[gate / _group]));
        return examples;
    }

    private GateExample OfHead(AttentionInputs inputs, int head, double[] keys)
    {
        var (targets, mass) = (Rows(b => b + 1), Rows(b => b + 1));
        var queries = new double[_blocks * config.HeadDim];
        for (var token = 0; token < tokens; token++)
        {
            var b = token / Block;
            var rows = Math.Min(Block, tokens - b * Block);
            Attend(inputs, head, token, (block, largest, sum) =>
            {
                targets[b][block] = Math.Max(targets[b][block], largest);
                mass[b][block] += sum / rows;
            });
            RowArithmetic.Add(1.0 / rows, TurnedBack(inputs.Query, config.QueryHeads, head, token), queries.AsSpan(b * config.HeadDim, config.HeadDim));
        }

        foreach (var row in targets) Normalise(row);
        return new GateExample
        {
            Queries = queries, Keys = keys, Targets = targets, Mass = mass,
            Positions = [.. Enumerable.Range(0, _blocks).Select(b => b * Block)],
            Visible = [.. Enumerable.Range(1, _blocks)],
            IsOwnComplete = [.. Enumerable.Repeat(true, _blocks)],
        };

        double[][] Rows(Func<int, int> visible) => [.. Enumerable.Range(0, _blocks).Select(b => new double[visible(b)])];
    }

    private GateExample OfGroup(AttentionInputs inputs, int keyHead, double[] keys)
    {
        var (targets, mass) = (new double[tokens][], new double[tokens][]);
        var queries = new double[tokens * _group * config.HeadDim];
        for (var token = 0; token < tokens; token++)
        {
            var (target, share) = (targets[token], mass[token]) = (new double[token / Block + 1], new double[token / Block + 1]);
            for (var h = 0; h < _group; h++)
            {
                var head = keyHead * _group + h;
                Attend(inputs, head, token, (block, largest, sum) =>
                {
                    target[block] = Math.Max(target[block], largest);
                    share[block] += sum / _group;
                });
                TurnedBack(inputs.Query, config.QueryHeads, head, token).CopyTo(queries.AsSpan((token * _group + h) * config.HeadDim));
            }

            Normalise(target);
        }

        return new GateExample
        {
            Queries = queries, Keys = keys, Targets = targets, Mass = mass,
            Positions = [.. Enumerable.Range(0, tokens)],
            Visible = [.. Enumerable.Range(0, tokens).Select(token => token / Block + 1)],
            IsOwnComplete = [.. Enumerable.Range(0, tokens).Select(token => (token + 1) % Block == 0)],
        };
    }

    /// <summary>Tells of each block a token sees: the largest probability of its keys, and their sum.</summary>
    private void Attend(AttentionInputs inputs, int head, int token, Action<int, double, double> tell)
    {
        var (channels, scale) = (config.HeadDim, (float)(1 / Math.Sqrt(config.HeadDim)));
        var query = inputs.Query.AsSpan((token * config.QueryHeads + head) * channels, channels);
        var blocks = token / Block + 1;
        var (largest, sums) = (new double[blocks], new double[blocks]);
        var scores = new float[Block];
        for (var b = 0; b < blocks; b++)
        {
            var count = Math.Min(Block, token + 1 - b * Block);
            for (var i = 0; i < count; i++)
            {
                var key = inputs.Key.AsSpan(((b * Block + i) * config.KeyHeads + head / _group) * channels, channels);
                scores[i] = RowArithmetic.Dot(query, key) * scale;
            }

            largest[b] = scores.AsSpan(0, count).ToArray().Max();
            for (var i = 0; i < count; i++) sums[b] += Math.Exp(scores[i] - largest[b]);
        }

        var top = largest.Max();
        double total = 0;
        for (var b = 0; b < blocks; b++) total += sums[b] *= Math.Exp(largest[b] - top);
        for (var b = 0; b < blocks; b++) tell(b, Math.Exp(largest[b] - top) / total, sums[b] / total);
    }

    private double[] PoolKeys(float[] keys, int head)
    {
        var channels = config.HeadDim;
        var pooled = new double[_blocks * AttentionGate.KeyPools * channels];
        for (var token = 0; token < tokens; token++)
        {
            var (b, first) = (token / Block, token % Block == 0);
            var count = Math.Min(Block, tokens - b * Block);
            var key = TurnedBack(keys, config.KeyHeads, head, token);
            var (largest, least, mean) = (Pool(b, 0), Pool(b, 1), Pool(b, 2));
            for (var c = 0; c < channels; c++)
            {
                pooled[largest + c] = first ? key[c] : Math.Max(pooled[largest + c], key[c]);
                pooled[least + c] = first ? key[c] : Math.Min(pooled[least + c], key[c]);
                pooled[mean + c] += key[c] / count;
            }
        }

        return pooled;

        int Pool(int b, int pool) => (b * AttentionGate.KeyPools + pool) * channels;
    }

    private double[] TurnedBack(float[] rows, int heads, int head, int token)
    {
        var vector = new double[config.HeadDim];
        for (var c = 0; c < vector.Length; c++) vector[c] = rows[(token * heads + head) * vector.Length + c] / turns.Factor;
        turns.Turn(vector, token, -1);
        return vector;
    }

    private static void Normalise(double[] row)
    {
        var sum = row.Sum();
        for (var b = 0; b < row.Length; b++) row[b] /= sum;
    }
}
