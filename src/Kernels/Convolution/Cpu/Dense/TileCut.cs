namespace Kernels;

/// <summary>
/// Rows cut into register tiles: of the widest, and of one row less so that none is a narrow rest (49 rows are four tiles of six
/// and five of five). Where rows are too few for that, the last tile is filled up.
/// </summary>
internal readonly struct TileCut
{
    private readonly int _rows, _tileRows, _wide;

    public TileCut(int rows, int tileRows)
    {
        (_rows, _tileRows) = (rows, tileRows);
        Count = (rows + tileRows - 1) / tileRows;
        var missing = (long)Count * tileRows - rows;
        _wide = missing <= Count ? (int)(Count - missing) : Count;
    }

    private TileCut(int rows, int tileRows, int count) => (_rows, _tileRows, _wide, Count) = (rows, tileRows, count, count);

    /// <summary>Tiles.</summary>
    public int Count { get; }

    /// <summary>Rows of all tiles, those that fill up counted.</summary>
    public int Length => First(Count);

    /// <summary>A cut into tiles of the same width, the last filled up.</summary>
    public static TileCut Even(int rows, int tileRows) => new(rows, tileRows, (rows + tileRows - 1) / tileRows);

    /// <summary>First row of a tile.</summary>
    public int First(int tile) => tile * _tileRows - Math.Max(0, tile - _wide);

    /// <summary>Rows of a tile.</summary>
    public int Rows(int tile) => tile < _wide ? _tileRows : _tileRows - 1;

    /// <summary>Rows of a tile but for those that fill it up.</summary>
    public int Held(int tile) => Math.Min(Rows(tile), _rows - First(tile));

    /// <summary>Tiles of the same width from <paramref name="tile"/> on, <paramref name="end"/> excluded.</summary>
    public int Alike(int tile, int end) => Math.Min(end, tile < _wide ? _wide : Count) - tile;
}
