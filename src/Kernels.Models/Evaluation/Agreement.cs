namespace Kernels.Models;

/// <summary>How closely a sparse run follows a dense one, over positions seen by both.</summary>
public sealed class Agreement
{
    private long _equal;
    private double _divergence;

    /// <summary>Positions compared.</summary>
    public long Positions { get; private set; }

    /// <summary>Share of positions whose likeliest token is the same, 0 to 1.</summary>
    public double Top1 => Positions == 0 ? 1 : (double)_equal / Positions;

    /// <summary>Mean Kullback–Leibler divergence of the sparse distribution from the dense one, KL(dense ‖ sparse), in nats.</summary>
    public double MeanDivergence => Positions == 0 ? 0 : _divergence / Positions;

    /// <summary>Loss of the dense run on the text.</summary>
    public NextTokenLoss Dense { get; } = new();

    /// <summary>Loss of the sparse run on the text.</summary>
    public NextTokenLoss Sparse { get; } = new();

    /// <summary>Counts one position.</summary>
    /// <param name="dense">Logits of the dense run.</param>
    /// <param name="sparse">Logits of the sparse run, as many.</param>
    /// <param name="next">The token that followed; null where the text ends.</param>
    public void Add(ReadOnlySpan<float> dense, ReadOnlySpan<float> sparse, int? next)
    {
        if (dense.Length != sparse.Length)
            throw new ArgumentException($"{dense.Length} dense and {sparse.Length} sparse logits were given; they must be as many.", nameof(sparse));
        Positions++;
        if (Sampler.Likeliest(dense) == Sampler.Likeliest(sparse)) _equal++;
        var (denseNorm, sparseNorm) = (NextTokenLoss.LogSumExp(dense), NextTokenLoss.LogSumExp(sparse));
        double divergence = 0;
        for (var i = 0; i < dense.Length; i++)
        {
            var logProbability = dense[i] - denseNorm;
            divergence += Math.Exp(logProbability) * (logProbability - (sparse[i] - sparseNorm));
        }

        _divergence += Math.Max(0, divergence); // rounding may leave a hair below 0
        if (next is not { } token) return;
        Dense.Add(denseNorm - dense[token]);
        Sparse.Add(sparseNorm - sparse[token]);
    }
}
