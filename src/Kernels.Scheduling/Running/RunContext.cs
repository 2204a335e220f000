namespace Kernels.Scheduling;

/// <summary>The current run of a plan, as its nodes see it; one object, reused.</summary>
internal sealed class RunContext(DeviceBuffer arena, long[] offsets)
{
    public int Tokens { get; set; }

    public StateSet? States { get; set; }

    /// <summary>Position of the run's first token in its sequence.</summary>
    public int FirstPosition { get; set; }

    public int RowsOf(GraphValue value) => value.Rows.In(Tokens);

    public Tensor Ids(GraphValue value) => Tensor.Matrix(arena, ElementType.Int32, 1, RowsOf(value), offsets[value.Id] / sizeof(int));

    public Tensor Matrix(ValueSlice slice) => Matrix(slice, 0, RowsOf(slice.Value));

    public Tensor Matrix(ValueSlice slice, int firstRow, int rows) => Tensor.Matrix(
        arena, ElementType.Float32, rows, slice.Columns,
        offsets[slice.Value.Id] / sizeof(float) + (long)firstRow * slice.Value.Columns + slice.First, slice.Value.Columns);

    public Tensor Heads(ValueSlice slice, int heads) => Heads(slice, heads, 0, RowsOf(slice.Value));

    public Tensor Heads(ValueSlice slice, int heads, int firstRow, int rows) => Tensor.Heads(
        arena, ElementType.Float32, 1, rows, heads, slice.Columns / heads,
        offsets[slice.Value.Id] / sizeof(float) + (long)firstRow * slice.Value.Columns + slice.First, 0, slice.Value.Columns);
}
