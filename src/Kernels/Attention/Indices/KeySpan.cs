namespace Kernels;

/// <summary>Consecutive keys of an index, in eight bytes.</summary>
public readonly record struct KeySpan
{
    private const int PartialBit = int.MinValue;

    // The sign says whether the span is partial.
    private readonly int _end;

    /// <summary>Creates the span.</summary>
    /// <param name="start">First key.</param>
    /// <param name="end">Key after the last.</param>
    /// <param name="partial">Whether the kernel's mask is asked about each pair; a full range never asks it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The end is negative.</exception>
    public KeySpan(int start, int end, bool partial = false) => (Start, End, Partial) = (start, end, partial);

    /// <summary>First key.</summary>
    public int Start { get; }

    /// <summary>Key after the last.</summary>
    public int End
    {
        get => _end & ~PartialBit;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _end = _end & PartialBit | value;
        }
    }

    /// <summary>Whether the kernel's mask is asked about each pair; a full range never asks it.</summary>
    public bool Partial
    {
        get => _end < 0;
        private init => _end = value ? _end | PartialBit : _end;
    }

    /// <summary>Number of keys.</summary>
    public int Length => End - Start;
}
