namespace Kernels.Compression;

/// <summary>Densities by layer for random masks: thin layers keep a larger share.</summary>
public static class ErdosRenyi
{
    /// <summary>Densities in proportion to Σd / Πd of each layer's sizes, capped at 1, with the wanted density over all weights.</summary>
    /// <remarks>
    /// With two sizes (outputs, inputs) this is ER (SET, arXiv 1707.04780, §2); with kernel sizes as well it is ERK (RigL, arXiv
    /// 1911.11134, §3). Layers whose share would exceed 1 are kept whole and the rest is scaled anew.
    /// </remarks>
    /// <param name="shapes">Sizes of each layer.</param>
    /// <param name="density">Share of all weights to keep, above 0 and at most 1.</param>
    /// <exception cref="SparsityException">The density is out of range, or a size is below 1.</exception>
    public static double[] Densities(IReadOnlyList<int[]> shapes, double density)
    {
        ArgumentNullException.ThrowIfNull(shapes);
        if (density is not (> 0 and <= 1))
            throw new SparsityException("Erdős–Rényi", FormattableString.Invariant($"density {density}"), "above 0 and at most 1 is needed", "Give the share of weights to keep.");
        foreach (var shape in shapes)
            if (shape.Length == 0 || shape.Any(size => size < 1))
                throw new SparsityException("Erdős–Rényi", $"a layer [{string.Join(", ", shape)}]", "sizes are at least 1", "Pass the shape of each layer.");
        var counts = shapes.Select(shape => shape.Aggregate(1.0, (product, size) => product * size)).ToArray();
        var raw = shapes.Select((shape, i) => shape.Sum() / counts[i]).ToArray();
        var whole = new bool[raw.Length];
        while (true)
        {
            double wanted = counts.Sum() * density, shared = 0;
            for (var i = 0; i < raw.Length; i++)
                if (whole[i]) wanted -= counts[i];
                else shared += raw[i] * counts[i];
            if (shared == 0) break;
            var scale = wanted / shared;
            var exceeding = Enumerable.Range(0, raw.Length).Where(i => !whole[i] && raw[i] * scale > 1).ToArray();
            if (exceeding.Length == 0) return [.. raw.Select((share, i) => whole[i] ? 1 : share * scale)];
            foreach (var i in exceeding) whole[i] = true;
        }

        return [.. raw.Select(_ => 1.0)];
    }
}
