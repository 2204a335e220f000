namespace Kernels;

/// <summary>
/// The learned gate of one layer, for kernels that estimate with <see cref="KeyEstimator.Gate"/> or <see cref="KeyEstimator.GroupGate"/>.
/// SeerAttention (arXiv 2410.13276, §3.1; mean queries, largest, least and mean keys) and SeerAttention-R (arXiv 2506.08889, §2).
/// </summary>
/// <remarks>
/// Immutable and thread-safe. Gates see queries and keys as before their rotation; kernels are given them rotated, and turn them back by the
/// layer's own <see cref="Rotation"/>.
/// </remarks>
public sealed class AttentionGate
{
    /// <summary>Most channels of projected queries and keys.</summary>
    public const int WidestGate = 256;

    /// <summary>Ways keys are pooled, in the order of a projection's inputs: largest, least, mean.</summary>
    public const int KeyPools = 3;

    private readonly float[] _queryWeights, _keyWeights, _queryNorm, _keyNorm;

    /// <summary>Copies and checks a gate.</summary>
    /// <param name="shape">What it was made for.</param>
    /// <param name="rotation">The layer's rotation of queries and keys, which is undone.</param>
    /// <param name="gateRotation">The rotation of projected queries and keys.</param>
    /// <param name="keyWeights">[key heads, or query heads, 3 · head dim, width]: one projection for each key head, or for each query head.</param>
    /// <param name="queryWeights">[query heads, head dim, width]; empty where mean queries are taken as they are, which needs width = head dim.</param>
    /// <param name="keyNorm">[width]: weights of an RMS norm of projected keys; empty for none.</param>
    /// <param name="queryNorm">[width]: weights of an RMS norm of projected queries; empty for none.</param>
    /// <exception cref="KernelException">Lengths disagree with the shape, or a weight is not finite.</exception>
    public AttentionGate(
        GateShape shape, RotaryFrequencies rotation, RotaryFrequencies gateRotation, ReadOnlySpan<float> keyWeights,
        ReadOnlySpan<float> queryWeights, ReadOnlySpan<float> keyNorm = default, ReadOnlySpan<float> queryNorm = default)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(rotation);
        ArgumentNullException.ThrowIfNull(gateRotation);
        Check(shape);
        Require("rotated channels", rotation.Channels, shape.HeadDim, "the head dimension");
        Require("rotated gate channels", gateRotation.Channels, shape.Width, "the gate's width");
        (Shape, Rotation, GateRotation) = (shape, rotation, gateRotation);
        var perHead = (long)KeyPools * shape.HeadDim * shape.Width;
        KeysPerQueryHead = shape.QueryHeads != shape.KeyHeads && keyWeights.Length == perHead * shape.QueryHeads;
        if (!KeysPerQueryHead) Require("key weights", keyWeights.Length, perHead * shape.KeyHeads, $"{shape.KeyHeads} key heads × {KeyPools} × {shape.HeadDim} × {shape.Width}");
        if (shape.SharedByGroup && (queryWeights.IsEmpty || KeysPerQueryHead))
            throw Refuse("a gate that projects no queries, or keys for each query head", "a gate shared by a group projects its queries together", "Pass query weights, and one key projection for each key head.");
        if (queryWeights.IsEmpty) Require("gate channels without query weights", shape.Width, shape.HeadDim, "the head dimension");
        else Require("query weights", queryWeights.Length, (long)shape.QueryHeads * shape.HeadDim * shape.Width, $"{shape.QueryHeads} heads × {shape.HeadDim} × {shape.Width}");
        if (!keyNorm.IsEmpty) Require("key norm weights", keyNorm.Length, shape.Width, "the gate's width");
        if (!queryNorm.IsEmpty) Require("query norm weights", queryNorm.Length, shape.Width, "the gate's width");
        (_keyWeights, _queryWeights) = (Copy("key weight", keyWeights), Copy("query weight", queryWeights));
        (_keyNorm, _queryNorm) = (Copy("key norm weight", keyNorm), Copy("query norm weight", queryNorm));
    }

    /// <summary>What it was made for.</summary>
    public GateShape Shape { get; }

    /// <summary>The layer's rotation of queries and keys.</summary>
    public RotaryFrequencies Rotation { get; }

    /// <summary>The rotation of projected queries and keys.</summary>
    public RotaryFrequencies GateRotation { get; }

    /// <summary>Whether every query head has projected keys of its own.</summary>
    public bool KeysPerQueryHead { get; }

    /// <summary>[key heads or query heads, 3 · head dim, width].</summary>
    public ReadOnlySpan<float> KeyWeights => _keyWeights;

    /// <summary>[query heads, head dim, width], or empty.</summary>
    public ReadOnlySpan<float> QueryWeights => _queryWeights;

    /// <summary>[width], or empty.</summary>
    public ReadOnlySpan<float> KeyNorm => _keyNorm;

    /// <summary>[width], or empty.</summary>
    public ReadOnlySpan<float> QueryNorm => _queryNorm;

    /// <summary>The gate of one key head and its query heads alone.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such head.</exception>
    public AttentionGate ForKeyHead(int keyHead)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)keyHead, (uint)Shape.KeyHeads, nameof(keyHead));
        var keys = _keyWeights.Length / Shape.KeyHeads;
        var queries = _queryWeights.Length / Shape.KeyHeads;
        return new AttentionGate(
            Shape with { QueryHeads = Shape.GroupSize, KeyHeads = 1 }, Rotation, GateRotation, _keyWeights.AsSpan(keyHead * keys, keys),
            _queryWeights.AsSpan(keyHead * queries, queries), _keyNorm, _queryNorm);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"AttentionGate ({Shape.QueryHeads}/{Shape.KeyHeads} heads of {Shape.HeadDim}, width {Shape.Width}, blocks of {Shape.Block}{(Shape.SharedByGroup ? ", shared by groups" : "")})";

    private static void Check(GateShape shape)
    {
        if (shape.KeyHeads < 1 || shape.QueryHeads < 1 || shape.QueryHeads % shape.KeyHeads != 0)
            throw Refuse($"{shape.QueryHeads} query heads and {shape.KeyHeads} key heads", "query heads are shared out evenly", "Pass the layer's head counts.");
        if (shape.HeadDim < 2 || shape.HeadDim % 2 != 0)
            throw Refuse($"heads of {shape.HeadDim} channels", "pairs of channels are rotated", "Pass an even head dimension.");
        if (shape.Width < 2 || shape.Width > WidestGate || shape.Width % 2 != 0)
            throw Refuse($"a width of {shape.Width}", $"gates are 2 to {WidestGate} channels wide, an even number", "Project to fewer channels.");
        if (shape.Block < 1) throw Refuse($"blocks of {shape.Block} keys", "a block has a key at least", "Pass the block size the gate was made for.");
    }

    private static void Require(string what, long received, long expected, string why)
    {
        if (received != expected) throw Refuse($"{received} {what}", $"{expected} are needed: {why}", "Pass the weights of one layer of this shape.");
    }

    private static float[] Copy(string what, ReadOnlySpan<float> values)
    {
        for (var i = 0; i < values.Length; i++)
            if (!float.IsFinite(values[i])) throw Refuse($"{what} {i} of {values[i]}", "weights are finite numbers", "Distil the gate again.");
        return values.ToArray();
    }

    private static KernelException Refuse(string received, string limit, string remedy) => new(nameof(AttentionGate), "host", received, limit, remedy);
}
