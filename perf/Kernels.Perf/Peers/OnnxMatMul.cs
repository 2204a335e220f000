using Microsoft.ML.OnnxRuntime;

namespace Kernels.Perf.Peers;

/// <summary>The dense product of ONNX Runtime on its CPU provider, with its default settings.</summary>
internal sealed class OnnxMatMul : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtValue[] _inputs, _outputs;

    /// <param name="x">[rows, inputs].</param>
    /// <param name="w">[outputs, inputs]; stored transposed, as the operator wants it.</param>
    /// <param name="y">[rows, outputs].</param>
    /// <param name="rows">Rows of x.</param>
    /// <param name="inputs">Columns of x.</param>
    /// <param name="outputs">Columns of y.</param>
    /// <param name="threads">Threads inside the operator.</param>
    public OnnxMatMul(float[] x, float[] w, float[] y, int rows, int inputs, int outputs, int threads)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        // Its threads spin for a while after a run, by default into the next contender's turn.
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        _session = new InferenceSession(OnnxModel.MatMul(rows, inputs, outputs, Transpose(w, outputs, inputs)), options);
        _inputs = [OrtValue.CreateTensorValueFromMemory(x, [rows, inputs])];
        _outputs = [OrtValue.CreateTensorValueFromMemory(y, [rows, outputs])];
    }

    public void Run() => _session.Run(_options, ["x"], _inputs, ["y"], _outputs);

    public void Dispose()
    {
        foreach (var value in _inputs) value.Dispose();
        foreach (var value in _outputs) value.Dispose();
        _options.Dispose();
        _session.Dispose();
    }

    private static float[] Transpose(float[] matrix, int rows, int columns)
    {
        // In squares that stay in the first-level cache: column-wise writes of whole rows would miss on every element.
        const int Side = 32;
        var transposed = new float[matrix.Length];
        for (var i0 = 0; i0 < rows; i0 += Side)
        for (var j0 = 0; j0 < columns; j0 += Side)
            for (var i = i0; i < Math.Min(i0 + Side, rows); i++)
            for (var j = j0; j < Math.Min(j0 + Side, columns); j++)
                transposed[(long)j * rows + i] = matrix[(long)i * columns + j];
        return transposed;
    }
}
