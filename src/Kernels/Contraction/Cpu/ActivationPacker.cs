namespace Kernels;

/// <summary>Packs activation rows into tiles of [inputs][tile rows], a tile a task.</summary>
internal sealed unsafe class ActivationPacker(CpuMatMulProgram program, int inputs) : ParallelBody
{
    private float* _source, _tiles;
    private long _stride;
    private int _rows;

    /// <summary>Floats from tile to tile.</summary>
    public long TileLength { get; } = (long)program.TileRows * inputs;

    /// <summary>Packs <paramref name="rows"/> rows; the last tile is as narrow as they allow and is filled up with zeros.</summary>
    public void Pack(WorkerTeam? workers, float* source, long stride, int rows, float* tiles)
    {
        _source = source;
        _tiles = tiles;
        (_stride, _rows) = (stride, rows);
        var count = (rows + program.TileRows - 1) / program.TileRows;
        if (workers is null)
            for (var tile = 0; tile < count; tile++) Invoke(tile, 0);
        else workers.Run(count, this);
    }

    /// <inheritdoc/>
    public override void Invoke(int task, int worker)
    {
        var rows = Math.Min(program.TileRows, _rows - task * program.TileRows);
        var width = program.TileRowsFor(rows);
        var tile = _tiles + task * TileLength;
        if (rows < width) new Span<float>(tile, checked(width * inputs)).Clear();
        Transposition.Transpose(_source + (long)task * program.TileRows * _stride, _stride, rows, inputs, tile, width);
    }
}
