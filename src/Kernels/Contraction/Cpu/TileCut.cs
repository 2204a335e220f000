namespace Kernels;

/// <summary>
/// Rows cut into register tiles: of the widest, and of one row less so that none is a narrow rest (49 rows are four tiles of six
/// and five of five). Where there is no such tile, or rows are too few for it, the last tile is the narrowest that holds its rows.
/// </summary>
internal readonly struct TileCut
{
    private readonly int _rows, _wideRows, _narrowRows, _wide;

    /// <param name="rows">Rows to cut.</param>
    /// <param name="tileRows">Rows of the tiles there are, widest first.</param>
    public TileCut(int rows, params ReadOnlySpan<int> tileRows)
    {
        (_rows, _wideRows) = (rows, tileRows[0]);
        Count = (int)(((long)rows + _wideRows - 1) / _wideRows);
        var missing = (long)Count * _wideRows - rows;
        if (tileRows.Length > 1 && tileRows[1] == _wideRows - 1 && missing <= Count) (_wide, _narrowRows) = ((int)(Count - missing), tileRows[1]);
        else
        {
            foreach (var width in tileRows)
                if (width >= _wideRows - missing) _narrowRows = width;
            _wide = Math.Max(0, Count - 1);
        }
    }

    /// <summary>Tiles.</summary>
    public int Count { get; }

    /// <summary>Rows of all tiles, those that fill up counted.</summary>
    public int Length => First(Count);

    /// <summary>First row of a tile.</summary>
    public int First(int tile) => tile <= _wide ? tile * _wideRows : _wide * _wideRows + (tile - _wide) * _narrowRows;

    /// <summary>Rows of a tile.</summary>
    public int Rows(int tile) => tile < _wide ? _wideRows : _narrowRows;

    /// <summary>Rows of a tile but for those that fill it up.</summary>
    public int Held(int tile) => Math.Min(Rows(tile), _rows - First(tile));

    /// <summary>Tiles of the same width from <paramref name="tile"/> on, <paramref name="end"/> excluded.</summary>
    public int Alike(int tile, int end) => Math.Min(end, tile < _wide ? _wide : Count) - tile;
}
