namespace Kernels;

/// <summary>Packs activation rows into tiles of [steps][tile rows][columns of a step], a tile a task.</summary>
internal sealed unsafe class ActivationPacker(int tileRows, int columnsPerStep, int columns) : ParallelBody
{
    private float* _source, _tiles;
    private long _stride;
    private int _rows;

    /// <summary>Floats of a packed tile.</summary>
    public long TileLength { get; } = (long)tileRows * columns;

    /// <summary>Packs <paramref name="rows"/> rows; the last tile is filled up with zeros.</summary>
    public void Pack(WorkerTeam? workers, float* source, long stride, int rows, float* tiles)
    {
        _source = source;
        _tiles = tiles;
        (_stride, _rows) = (stride, rows);
        var count = (rows + tileRows - 1) / tileRows;
        if (workers is null)
            for (var tile = 0; tile < count; tile++) Invoke(tile, 0);
        else workers.Run(count, this);
    }

    /// <inheritdoc/>
    public override void Invoke(int task, int worker)
    {
        var source = _source + (long)task * tileRows * _stride;
        var rows = Math.Min(tileRows, _rows - task * tileRows);
        var tile = _tiles + task * TileLength;
        if (rows < tileRows) new Span<float>(tile, checked((int)TileLength)).Clear();
        if (columnsPerStep == 1) Transposition.Transpose(source, _stride, rows, columns, tile, tileRows);
        else
            for (var row = 0; row < rows; row++, source += _stride, tile += columnsPerStep)
                for (int column = 0, to = 0; column < columns; column += columnsPerStep, to += columnsPerStep * tileRows)
                    System.Runtime.Intrinsics.Vector128.Store(System.Runtime.Intrinsics.Vector128.Load(source + column), tile + to);
    }
}
