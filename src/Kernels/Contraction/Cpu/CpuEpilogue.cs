namespace Kernels;

/// <summary>What follows the sums of one run on the processor, a block of them at a time while they lie in L1.</summary>
internal readonly unsafe struct CpuEpilogue
{
    // The widest vector's lanes.
    private const int MostLanes = 16;

    private readonly CpuProductProgram _program;
    private readonly float* _bias, _operand;
    private readonly long _operandStride;

    /// <summary>The epilogue of a run.</summary>
    public CpuEpilogue(CpuProductProgram program, MatMulDeclaration declaration, PackedWeights weights, in Tensor operand)
    {
        _program = program;
        _bias = weights.Bias is CpuBuffer bias ? (float*)bias.Pointer : null;
        if (operand.Buffer is CpuBuffer buffer)
        {
            _operand = (float*)buffer.Pointer + operand.Offset;
            _operandStride = operand.Stride(0);
        }

        IsEmpty = declaration.Epilogue is null && _bias == null && _operand == null;
    }

    /// <summary>Whether sums are outputs.</summary>
    public bool IsEmpty { get; }

    /// <summary>Takes a block of sums, apart from the output, to the outputs that begin at (<paramref name="row"/>, <paramref name="column"/>).</summary>
    public void Apply(float* sums, long sumsStride, float* output, long outputStride, int row, int column, int rows, int columns)
    {
        var operand = _operand == null ? null : _operand + row * _operandStride + column;
        var bias = _bias == null ? null : _bias + column;
        var whole = columns / _program.Lanes * _program.Lanes;
        _program.Finish(sums, sumsStride, output, outputStride, rows, whole, bias, operand, _operandStride);
        if (whole == columns) return;

        // Columns past the last whole vector pass through copies as wide as one.
        var padded = stackalloc float[3 * MostLanes];
        float* value = padded, biases = bias == null ? null : padded + MostLanes, operands = operand == null ? null : padded + 2 * MostLanes;
        var rest = columns - whole;
        if (bias != null) Copy(bias + whole, biases, rest);
        for (var i = 0; i < rows; i++)
        {
            Copy(sums + i * sumsStride + whole, value, rest);
            if (operand != null) Copy(operand + i * _operandStride + whole, operands, rest);
            _program.Finish(value, 0, value, 0, 1, _program.Lanes, biases, operands, 0);
            Copy(value, output + i * outputStride + whole, rest);
        }
    }

    private static void Copy(float* source, float* target, int count) => new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));
}
