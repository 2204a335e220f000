namespace Kernels;

/// <summary>Packs activation rows into tiles of [inputs][tile rows], a tile a task.</summary>
/// <param name="tileRows">Rows of the widest tile.</param>
/// <param name="widthOf">Rows of the narrowest tile that holds so many.</param>
/// <param name="inputs">Columns of the activations.</param>
internal sealed unsafe class ActivationPacker(int tileRows, Func<int, int> widthOf, int inputs) : ParallelBody
{
    private float* _source, _tiles;
    private long _stride;
    private int _rows;

    /// <summary>Floats from tile to tile.</summary>
    public long TileLength { get; } = (long)tileRows * inputs;

    /// <summary>Packs <paramref name="rows"/> rows; the last tile is as narrow as they allow and is filled up with zeros.</summary>
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
        var rows = Math.Min(tileRows, _rows - task * tileRows);
        var width = widthOf(rows);
        var tile = _tiles + task * TileLength;
        if (rows < width) new Span<float>(tile, checked(width * inputs)).Clear();
        Transposition.Transpose(_source + (long)task * tileRows * _stride, _stride, rows, inputs, tile, width);
    }
}
