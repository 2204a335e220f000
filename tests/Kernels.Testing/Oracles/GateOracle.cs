namespace Kernels.Testing;

/// <summary>Logits of a learned gate for one key head, in fp64 from the definition: positions undone, pooled, projected, rotated, multiplied.</summary>
/// <param name="gate">The layer's gate.</param>
/// <param name="keyHead">The key head.</param>
public sealed class GateOracle(AttentionGate gate, int keyHead)
{
    private const double NormEpsilon = 1e-6;

    /// <summary>Of a group of rows of one head.</summary>
    /// <param name="headOfGroup">The head, counted within its key head.</param>
    /// <param name="head">[row][channel].</param>
    /// <param name="rows">The group.</param>
    /// <param name="keys">[key][channel].</param>
    /// <param name="offset">Position of row 0.</param>
    /// <param name="groupRows">Positions of a group.</param>
    /// <param name="blocks">Blocks that take part.</param>
    public double[] Logits(int headOfGroup, double[][] head, int[] rows, double[][] keys, int offset, int groupRows, int blocks)
    {
        var query = QueryHead(headOfGroup);
        var mean = Mean([.. rows.Select(row => Rotate(head[row], -(row + offset), gate.Rotation, 1 / gate.Rotation.Factor))]);
        var projected = gate.QueryWeights.IsEmpty ? mean : Project(mean, gate.QueryWeights, query);
        var turned = Rotate(Norm(projected, gate.QueryNorm), (rows[0] + offset) / groupRows * groupRows, gate.GateRotation, gate.GateRotation.Factor);
        return [.. Enumerable.Range(0, blocks).Select(block => Score(turned, Key(block, query, keys)))];
    }

    /// <summary>Of one row of all heads of the key head.</summary>
    public double[] SharedLogits(double[][][] queries, int row, double[][] keys, int offset, int blocks)
    {
        var position = row + offset;
        var sum = new double[gate.Shape.Width];
        for (var h = 0; h < queries.Length; h++)
        {
            var part = Project(Rotate(queries[h][row], -position, gate.Rotation, 1 / gate.Rotation.Factor), gate.QueryWeights, QueryHead(h));
            for (var c = 0; c < sum.Length; c++) sum[c] += part[c];
        }

        var turned = Rotate(Norm(sum, gate.QueryNorm), position, gate.GateRotation, gate.GateRotation.Factor);
        return [.. Enumerable.Range(0, blocks).Select(block =>
            (block + 1) * gate.Shape.Block <= position + 1 ? Score(turned, Key(block, QueryHead(0), keys)) : 0)];
    }

    private int QueryHead(int headOfGroup) => keyHead * (gate.Shape.QueryHeads / gate.Shape.KeyHeads) + headOfGroup;

    private double[] Key(int block, int queryHead, double[][] keys)
    {
        var first = block * gate.Shape.Block;
        var members = Enumerable.Range(first, Math.Min(gate.Shape.Block, keys.Length - first))
            .Select(key => Rotate(keys[key], -key, gate.Rotation, 1 / gate.Rotation.Factor)).ToArray();
        var channels = Enumerable.Range(0, gate.Shape.HeadDim).ToArray();
        double[] pooled =
        [
            .. channels.Select(c => members.Max(key => key[c])), .. channels.Select(c => members.Min(key => key[c])), .. Mean(members),
        ];
        var projected = Project(pooled, gate.KeyWeights, gate.KeysPerQueryHead ? queryHead : keyHead);
        return Rotate(Norm(projected, gate.KeyNorm), first, gate.GateRotation, gate.GateRotation.Factor);
    }

    private double Score(double[] query, double[] key) => query.Zip(key, (q, k) => q * k).Sum() / Math.Sqrt(gate.Shape.Width);

    private double[] Project(double[] vector, ReadOnlySpan<float> weights, int head)
    {
        var result = new double[gate.Shape.Width];
        for (var i = 0; i < vector.Length; i++)
            for (var c = 0; c < result.Length; c++)
                result[c] += vector[i] * weights[(head * vector.Length + i) * result.Length + c];
        return result;
    }

    private static double[] Norm(double[] vector, ReadOnlySpan<float> weights)
    {
        if (weights.IsEmpty) return vector;
        var root = Math.Sqrt(vector.Average(c => c * c) + NormEpsilon);
        var result = new double[vector.Length];
        for (var c = 0; c < result.Length; c++) result[c] = vector[c] / root * weights[c];
        return result;
    }

    private static double[] Rotate(double[] vector, int position, RotaryFrequencies rotation, double factor)
    {
        var half = vector.Length / 2;
        var result = new double[vector.Length];
        for (var i = 0; i < half; i++)
        {
            var (sin, cos) = Math.SinCos(position * rotation.Frequencies[i]);
            result[i] = factor * (vector[i] * cos - vector[i + half] * sin);
            result[i + half] = factor * (vector[i] * sin + vector[i + half] * cos);
        }

        return result;
    }

    private static double[] Mean(double[][] vectors) => [.. Enumerable.Range(0, vectors[0].Length).Select(c => vectors.Average(vector => vector[c]))];
}
