using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Kernels.Training.Numerics;

namespace Kernels.Training.Attention;

/// <summary>
/// Backward pass of causal grouped-query attention over one sequence. The probabilities are recomputed from the saved
/// log-sum-exp: P = exp(scale·Q·Kᵀ − lse), dV = Pᵀ·dO, dP = dO·Vᵀ, dS = P∘(dP − rowsum(dO∘O))·scale, dQ = dS·K, dK = dSᵀ·Q.
/// </summary>
/// <remarks>
/// FlashAttention, arXiv 2205.14135, algorithm 4. Key blocks outside, query blocks inside, so dK and dV stay in cache;
/// dK and dV are summed over the query heads that share a key head.
/// </remarks>
internal sealed unsafe class AttentionGradient : IDisposable
{
    private const int Queries = AttentionTiles.Queries, Keys = AttentionTiles.Keys;
    private readonly int _headDim, _queryHeads, _keyHeads;
    private readonly float _scale;
    private readonly Workspace _blocks;
    private readonly float* _query, _outputGradient, _key, _keyTransposed, _valueTransposed, _keyGradient, _valueGradient;
    private readonly float* _scores, _slopes;

    /// <summary>Sizes the blocks; sequences may have any length.</summary>
    public AttentionGradient(int queryHeads, int keyHeads, int headDim, float scale)
    {
        AttentionTiles.RequireHeadDim(headDim);
        (_headDim, _queryHeads, _keyHeads, _scale) = (headDim, queryHeads, keyHeads, scale);
        _blocks = new Workspace((2 * Queries + 5 * Keys) * headDim + 2 * Queries * Keys);
        var next = _blocks.Pointer;
        _query = Take(Queries * headDim);
        _outputGradient = Take(Queries * headDim);
        _key = Take(Keys * headDim);
        _keyTransposed = Take(Keys * headDim);
        _valueTransposed = Take(Keys * headDim);
        _keyGradient = Take(Keys * headDim);
        _valueGradient = Take(Keys * headDim);
        _scores = Take(Queries * Keys);
        _slopes = Take(Queries * Keys);

        float* Take(int length)
        {
            var taken = next;
            next += length;
            return taken;
        }
    }

    /// <summary>Computes all three gradients.</summary>
    /// <param name="sequence">The saved forward pass.</param>
    /// <param name="outputGradient">dO, laid out as the output.</param>
    /// <param name="queryGradient">dQ, laid out as the queries; overwritten.</param>
    /// <param name="keyGradient">dK, laid out as the keys; overwritten.</param>
    /// <param name="valueGradient">dV, laid out as the values; overwritten.</param>
    /// <param name="penalty">Penalty on attention beyond reach; default for none.</param>
    public void Run(
        in AttentionSequence sequence, float* outputGradient, float* queryGradient, float* keyGradient, float* valueGradient, in ReachPenalty penalty = default)
    {
        var group = _queryHeads / _keyHeads;
        for (var keyHead = 0; keyHead < _keyHeads; keyHead++)
        for (var k0 = 0; k0 < sequence.Tokens; k0 += Keys)
        {
            var keys = Math.Min(Keys, sequence.Tokens - k0);
            var offset = k0 * sequence.Stride + keyHead * _headDim;
            AttentionTiles.Copy(sequence.Key + offset, sequence.Stride, keys, Keys, _headDim, _key);
            AttentionTiles.Transpose(sequence.Key + offset, sequence.Stride, keys, Keys, _headDim, _keyTransposed);
            AttentionTiles.Transpose(sequence.Value + offset, sequence.Stride, keys, Keys, _headDim, _valueTransposed);
            new Span<float>(_keyGradient, Keys * _headDim).Clear();
            new Span<float>(_valueGradient, Keys * _headDim).Clear();
            for (var head = keyHead * group; head < (keyHead + 1) * group; head++)
            for (var q0 = k0 / Queries * Queries; q0 < sequence.Tokens; q0 += Queries)
                Block(sequence, head, q0, k0, outputGradient, queryGradient, penalty);
            Store(_keyGradient, keyGradient + offset, sequence.Stride, keys);
            Store(_valueGradient, valueGradient + offset, sequence.Stride, keys);
        }
    }

    public void Dispose()
    {
        _blocks.Dispose();
    }

    private void Block(
        in AttentionSequence sequence, int head, int q0, int k0, float* outputGradient, float* queryGradient, in ReachPenalty penalty)
    {
        var rows = Math.Min(Queries, sequence.Tokens - q0);
        var queryOffset = q0 * sequence.Stride + head * _headDim;
        var outputOffset = q0 * sequence.OutputStride + head * _headDim;
        AttentionTiles.Copy(sequence.Query + queryOffset, sequence.Stride, rows, Queries, _headDim, _query);
        AttentionTiles.Copy(outputGradient + outputOffset, sequence.OutputStride, rows, Queries, _headDim, _outputGradient);
        TileProduct.Run(_query, _headDim, 1, _keyTransposed, Keys, _scores, Keys, Queries, Keys, _headDim, accumulate: false);
        TileProduct.Run(_outputGradient, _headDim, 1, _valueTransposed, Keys, _slopes, Keys, Queries, Keys, _headDim, accumulate: false);
        var covered = penalty.Group == 0 || Reach.Covers(penalty.Group, q0, k0);
        for (var row = 0; row < Queries; row++)
        {
            var visible = row < rows ? Math.Clamp(q0 + row - k0 + 1, 0, Keys) : 0;
            if (visible == 0)
            {
                new Span<float>(_scores + row * Keys, Keys).Clear();
                new Span<float>(_slopes + row * Keys, Keys).Clear();
                continue;
            }

            var delta = Dot(_outputGradient + row * _headDim, sequence.Output + outputOffset + row * sequence.OutputStride, _headDim);
            var at = (q0 + row) * _queryHeads + head;
            var logSumExp = sequence.LogSumExp[at];
            Differentiate(_scores + row * Keys, _slopes + row * Keys, visible, _scale, logSumExp, delta - penalty.Slope(covered, at, logSumExp));
        }

        TileProduct.Run(_scores, 1, Keys, _outputGradient, _headDim, _valueGradient, _headDim, Keys, _headDim, Queries, accumulate: true);
        TileProduct.Run(_slopes, 1, Keys, _query, _headDim, _keyGradient, _headDim, Keys, _headDim, Queries, accumulate: true);
        TileProduct.Run(_slopes, Keys, 1, _key, _headDim, _query, _headDim, Queries, _headDim, Keys, accumulate: false);
        var target = queryGradient + queryOffset;
        if (k0 == 0) Store(_query, target, sequence.Stride, rows);
        else Add(_query, target, sequence.Stride, rows);
    }

    /// <summary>Turns a row of scores into probabilities and a row of dP into dS; columns from <paramref name="visible"/> on become 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Differentiate(float* scores, float* slopes, int visible, float scale, float logSumExp, float delta)
    {
        var scales = Vector512.Create(scale);
        var shifts = Vector512.Create(-logSumExp);
        var deltas = Vector512.Create(delta);
        var limit = Vector512.Create((float)visible);
        var column = Vector512.CreateSequence(0f, 1f);
        for (var j = 0; j < Keys; j += Vector512<float>.Count)
        {
            var p = VectorMath.Exp(Vector512.FusedMultiplyAdd(Vector512.Load(scores + j), scales, shifts));
            p &= Vector512.LessThan(column, limit);
            p.Store(scores + j);
            (p * (Vector512.Load(slopes + j) - deltas) * scales).Store(slopes + j);
            column += Vector512.Create((float)Vector512<float>.Count);
        }
    }

    private static float Dot(float* a, float* b, int length)
    {
        var sum = Vector512<float>.Zero;
        for (var i = 0; i < length; i += Vector512<float>.Count) sum += Vector512.Load(a + i) * Vector512.Load(b + i);
        return Vector512.Sum(sum);
    }

    private void Store(float* source, float* target, nint stride, int rows)
    {
        for (var row = 0; row < rows; row++)
            new ReadOnlySpan<float>(source + row * _headDim, _headDim).CopyTo(new Span<float>(target + row * stride, _headDim));
    }

    private void Add(float* source, float* target, nint stride, int rows)
    {
        for (var row = 0; row < rows; row++)
        for (var c = 0; c < _headDim; c += Vector512<float>.Count)
        {
            var at = target + row * stride + c;
            (Vector512.Load(at) + Vector512.Load(source + row * _headDim + c)).Store(at);
        }
    }
}
