namespace Kernels;

/// <summary>Packs activation rows into tiles of [inputs][tile rows], a tile a task; the tiles of a block of inputs lie side by side.</summary>
/// <param name="tileRows">Rows of the widest tile.</param>
/// <param name="widthOf">Rows of the narrowest tile that holds so many.</param>
/// <param name="inputs">Columns of the activations.</param>
/// <param name="blockInputs">Columns of a block; the last may have fewer.</param>
internal sealed unsafe class ActivationPacker(int tileRows, Func<int, int> widthOf, int inputs, int blockInputs) : ParallelBody
{
    private float* _source, _tiles;
    private long _stride;
    private int _rows;

    /// <summary>Floats of a tile.</summary>
    public long TileLength { get; } = (long)tileRows * inputs;

    /// <summary>Packs <paramref name="rows"/> rows; the last tile is as narrow as they allow and is filled up with zeros.</summary>
    public void Pack(WorkerTeam? workers, float* source, long stride, int rows, float* tiles)
    {
        _source = source;
        _tiles = tiles;
        (_stride, _rows) = (stride, rows);
        if (workers is null)
            for (var tile = 0; tile < Count; tile++) Invoke(tile, 0);
        else workers.Run(Count, this);
    }

    /// <summary>Floats from the first packed one to where a tile's block that begins with <paramref name="input"/> lies.</summary>
    public long Offset(int tile, int input) => (long)tileRows * ((long)Count * input + (long)tile * Math.Min(blockInputs, inputs - input));

    /// <inheritdoc/>
    public override void Invoke(int task, int worker)
    {
        var rows = Math.Min(tileRows, _rows - task * tileRows);
        var width = widthOf(rows);
        for (var input = 0; input < inputs; input += blockInputs)
        {
            var tile = _tiles + Offset(task, input);
            var columns = Math.Min(blockInputs, inputs - input);
            if (rows < width) new Span<float>(tile, checked(width * columns)).Clear();
            Transposition.Transpose(_source + (long)task * tileRows * _stride + input, _stride, rows, columns, tile, width);
        }
    }

    private int Count => (_rows + tileRows - 1) / tileRows;
}
