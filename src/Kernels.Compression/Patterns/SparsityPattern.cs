using System.Globalization;

namespace Kernels.Compression;

/// <summary>Which masks are allowed, and how scores choose one of them.</summary>
public abstract record SparsityPattern
{
    /// <summary>The pattern as <see cref="Parse"/> reads it.</summary>
    public abstract string Name { get; }

    /// <summary>Share of weights the pattern drops, 0 to 1.</summary>
    public abstract double Sparsity { get; init; }

    /// <summary>Whether <see cref="Sparsity"/> can be changed: N:M patterns fix it.</summary>
    public abstract bool HasFreeSparsity { get; }

    /// <summary>Rows and columns that are chosen together: sizes of a matrix must be multiples of these.</summary>
    public abstract (int Rows, int Columns) Grain { get; }

    /// <summary>Reads a pattern: <c>N:M</c>, <c>N:M/V</c> (V rows alike), <c>V:2:M</c>, <c>unstructured@S</c>, <c>group:R@S</c>, <c>block:B@S</c>.</summary>
    /// <exception cref="SparsityException">The text is none of these, or a number is out of range.</exception>
    public static SparsityPattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (kind, sparsity) = text.Split('@') switch
        {
            [var only] => (only, (double?)null),
            [var name, var share] when double.TryParse(share, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => (name, value),
            _ => throw Unknown(text),
        };
        return (kind.Split(':', '/'), sparsity) switch
        {
            (["unstructured"], { } s) => new BlockPattern(1, 1, s),
            (["group", var rows], { } s) => new BlockPattern(Number(rows), 1, s),
            (["block", var side], { } s) => new BlockPattern(Number(side), Number(side), s),
            ([var n, var m], null) when kind.Contains(':') => new SemiStructuredPattern(Number(n), Number(m)),
            ([var n, var m, var vector], null) when kind.Contains('/') => new SemiStructuredPattern(Number(n), Number(m), Number(vector)),
            ([var height, "2", var m], null) => new VnmPattern(Number(height), Number(m)),
            _ => throw Unknown(text),
        };

        int Number(string digits) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Unknown(text);
    }

    /// <summary>Refuses a matrix the pattern does not divide.</summary>
    /// <exception cref="SparsityException">Rows or columns are not multiples of <see cref="Grain"/>.</exception>
    public void Require(int rows, int columns)
    {
        if (rows < 1 || columns < 1 || rows % Grain.Rows != 0 || columns % Grain.Columns != 0)
            throw new SparsityException(
                $"pattern {Name}", $"a [{rows}, {columns}] matrix", $"multiples of [{Grain.Rows}, {Grain.Columns}] are needed", "Choose another pattern for this layer.");
    }

    /// <summary>The mask of the highest scores.</summary>
    /// <param name="scores">[rows, columns] row-major, finite and not negative.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="comparison">Which scores compete.</param>
    /// <exception cref="SparsityException">The pattern does not divide the matrix, or a score is not a finite number.</exception>
    public WeightMask Select(ReadOnlySpan<double> scores, int rows, int columns, Comparison comparison)
    {
        Require(rows, columns);
        if (scores.Length != (long)rows * columns)
            throw new SparsityException($"pattern {Name}", $"{scores.Length} scores", $"a [{rows}, {columns}] matrix has {(long)rows * columns}", "Pass one score a weight.");
        for (var i = 0; i < scores.Length; i++)
            if (!double.IsFinite(scores[i]))
                throw new SparsityException(
                    $"pattern {Name}", $"score {scores[i]} at [{i / columns}, {i % columns}]", "scores are finite", "Check the weights and the calibration for NaN and infinity.");
        var keep = new bool[scores.Length];
        Choose(scores, rows, columns, comparison, keep);
        return new WeightMask(rows, columns, keep);
    }

    /// <summary>Packs the weights a mask of this pattern keeps.</summary>
    /// <exception cref="SparsityException">The mask is not of this pattern.</exception>
    public abstract SparseMatrix Pack(ReadOnlySpan<float> weights, WeightMask mask);

    /// <inheritdoc/>
    public sealed override string ToString() => Name;

    /// <summary>Sets <paramref name="keep"/> for checked arguments.</summary>
    internal abstract void Choose(ReadOnlySpan<double> scores, int rows, int columns, Comparison comparison, Span<bool> keep);

    private static SparsityException Unknown(string text) => new(
        "pattern", $"'{text}'", "patterns are N:M, N:M/V, V:2:M, unstructured@S, group:R@S and block:B@S", "For example 2:4, group:4@0.7 or unstructured@0.5.");
}
