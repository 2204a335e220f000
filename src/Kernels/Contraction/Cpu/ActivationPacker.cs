namespace Kernels;

/// <summary>Packs activation rows into tiles of [inputs][tile rows], a tile a task; the tiles of a block of inputs lie side by side.</summary>
/// <param name="tileRows">Rows of the widest tile.</param>
/// <param name="cut">Cuts so many rows into tiles.</param>
/// <param name="inputs">Columns of the activations.</param>
/// <param name="blockInputs">Columns of a block; the last may have fewer.</param>
internal sealed unsafe class ActivationPacker(int tileRows, Func<int, TileCut> cut, int inputs, int blockInputs) : ParallelBody
{
    private float* _source, _tiles;
    private long _stride;
    private TileCut _cut;

    /// <summary>Floats of a tile.</summary>
    public long TileLength { get; } = (long)tileRows * inputs;

    /// <summary>Packs <paramref name="rows"/> rows; a tile with fewer than its own is filled up with zeros.</summary>
    public void Pack(WorkerTeam? workers, float* source, long stride, int rows, float* tiles)
    {
        _source = source;
        _tiles = tiles;
        (_stride, _cut) = (stride, cut(rows));
        if (workers is null)
            for (var tile = 0; tile < _cut.Count; tile++) Invoke(tile, 0);
        else workers.Run(_cut.Count, this);
    }

    /// <summary>Floats from the first packed one to where a tile's block that begins with <paramref name="input"/> lies.</summary>
    public long Offset(int tile, int input) => (long)tileRows * ((long)_cut.Count * input + (long)tile * Math.Min(blockInputs, inputs - input));

    /// <inheritdoc/>
    public override void Invoke(int task, int worker)
    {
        var (rows, width) = (_cut.Held(task), _cut.Rows(task));
        for (var input = 0; input < inputs; input += blockInputs)
        {
            var tile = _tiles + Offset(task, input);
            var columns = Math.Min(blockInputs, inputs - input);
            if (rows < width) new Span<float>(tile, checked(width * columns)).Clear();
            Transposition.Transpose(_source + _cut.First(task) * _stride + input, _stride, rows, columns, tile, width);
        }
    }
}
