using System.Numerics.Tensors;
using Kernels.Catalog;
using Kernels.Training.Attention;
using Kernels.Training.Layers;
using Kernels.Training.Numerics;

namespace Kernels.Training.Model;

/// <summary>
/// One worker's copy of the network for batches of a fixed shape: forward, loss and hand-derived backward on a cpu device of
/// its own. Parameters are read from a shared block; the gradient is the replica's own.
/// </summary>
internal sealed unsafe class Replica : IDisposable
{
    private readonly ModelShape _shape;
    private readonly ParameterLayout _layout;
    private readonly int _rows, _sequences, _tokens;
    private readonly CpuDevice _device;
    private readonly LayerState[] _layers;
    private readonly Linear _head;
    private readonly Rotary _rotary;
    private readonly AttentionPlan _attention;
    private readonly AttentionPlan? _reachAttention;
    private readonly AttentionGradient _attentionGradient;
    private readonly int _reach;
    private readonly double _reachWeight;
    private readonly Activation _final, _finalNormed, _finalInverse, _logits;
    private readonly Activation _streamGradient, _widthGradient, _projectedGradient, _attendedGradient, _gateUpGradient, _innerGradient;
    private readonly Workspace _gradient;
    private float* _parameters;

    /// <summary>
    /// Plans for batches of <paramref name="sequences"/> × <paramref name="tokens"/>; another <paramref name="attention"/> than
    /// the dense one serves <see cref="Evaluate"/> only. With <paramref name="reach"/> the replica also measures, and with
    /// <paramref name="reachWeight"/> penalises, attention beyond groups of that many queries.
    /// </summary>
    public Replica(ParameterLayout layout, int sequences, int tokens, AttentionKernel? attention = null, int reach = 0, double reachWeight = 0)
    {
        _layout = layout;
        _shape = layout.Shape;
        (_sequences, _tokens) = (sequences, tokens);
        (_reach, _reachWeight) = (reach, reachWeight);
        _rows = sequences * tokens;
        _device = new CpuDevice(threads: 1);
        _layers = new LayerState[_shape.Layers];
        for (var i = 0; i < _layers.Length; i++) _layers[i] = new LayerState(_device, _shape, _rows);
        _head = new Linear(_device, _shape.Width, _shape.Vocabulary, _rows);
        _rotary = new Rotary(tokens, _shape.HeadDim, _shape.RotaryTheta);
        _attention = (attention ?? DenseAttention.Causal.For(_shape.HeadDim)).Plan(
            _device, new AttentionShape(sequences, tokens, tokens, _shape.QueryHeads, _shape.KeyHeads, _shape.HeadDim));
        if (reach > 0)
            _reachAttention = Reach.For(reach).Plan(
                _device, new AttentionShape(sequences, tokens, tokens, _shape.QueryHeads, _shape.KeyHeads, _shape.HeadDim));
        _attentionGradient = new AttentionGradient(_shape.QueryHeads, _shape.KeyHeads, _shape.HeadDim, _shape.AttentionScale);
        _final = Rows(_shape.Width);
        _finalNormed = Rows(_shape.Width);
        _finalInverse = Rows(1);
        _logits = Rows(_shape.Vocabulary);
        _streamGradient = Rows(_shape.Width);
        _widthGradient = Rows(_shape.Width);
        _projectedGradient = Rows(_shape.ProjectionWidth);
        _attendedGradient = Rows(_shape.QueryWidth);
        _gateUpGradient = Rows(2 * _shape.Inner);
        _innerGradient = Rows(_shape.Inner);
        _gradient = new Workspace(layout.Length);

        Activation Rows(int columns) => new(_device, _rows, columns);
    }

    /// <summary>Tokens of one batch.</summary>
    public int BatchTokens => _rows;

    /// <summary>Pairs of queries and keys visited by the last pass, over all layers.</summary>
    public AttentionWork Work { get; private set; }

    /// <summary>Σ (lse − lse within reach) of the last pass over rows, heads and layers, in nats; 0 without a reach.</summary>
    public double Outside { get; private set; }

    /// <summary>Sum of the gradients since <see cref="ClearGradient"/>.</summary>
    public float* Gradient => _gradient.Pointer;

    public void ClearGradient() => _gradient.Span.Clear();

    /// <summary>Takes new parameters; the block must outlive the next passes.</summary>
    public void Load(float* parameters, bool training)
    {
        _parameters = parameters;
        for (var i = 0; i < _layers.Length; i++)
        {
            var (state, slices) = (_layers[i], _layout.Layers[i]);
            state.Projection.Load(parameters + slices.Projection.Offset, training);
            state.Output.Load(parameters + slices.Output.Offset, training);
            state.GateUpProjection.Load(parameters + slices.GateUp.Offset, training);
            state.Down.Load(parameters + slices.Down.Offset, training);
        }

        _head.Load(parameters + _layout.Embedding.Offset, training);
    }

    /// <summary>Summed loss in nats of predicting <paramref name="targets"/> from <paramref name="inputs"/>, sequence after sequence.</summary>
    /// <param name="inputs">The tokens.</param>
    /// <param name="targets">The token after each.</param>
    /// <param name="predictions">Receives the most probable token of each row; may be empty.</param>
    public double Evaluate(ReadOnlySpan<byte> inputs, ReadOnlySpan<byte> targets, Span<byte> predictions = default)
    {
        Forward(inputs);
        for (var row = 0; row < predictions.Length; row++)
            predictions[row] = (byte)TensorPrimitives.IndexOfMax(new ReadOnlySpan<float>(_logits.Pointer + (long)row * _shape.Vocabulary, _shape.Vocabulary));
        return CrossEntropy.Differentiate(_logits.Pointer, targets, _shape.Vocabulary, 0f);
    }

    /// <summary>As <see cref="Evaluate"/>, and adds the gradient of the loss times <paramref name="factor"/>.</summary>
    public double Accumulate(ReadOnlySpan<byte> inputs, ReadOnlySpan<byte> targets, float factor)
    {
        Forward(inputs);
        var loss = CrossEntropy.Differentiate(_logits.Pointer, targets, _shape.Vocabulary, factor);
        Backward(inputs, factor);
        return loss;
    }

    public void Dispose()
    {
        foreach (var layer in _layers) layer.Dispose();
        _head.Dispose();
        _attention.Dispose();
        _reachAttention?.Dispose();
        _attentionGradient.Dispose();
        foreach (var activation in (Activation[])[_final, _finalNormed, _finalInverse, _logits, _streamGradient, _widthGradient, _projectedGradient, _attendedGradient, _gateUpGradient, _innerGradient])
            activation.Dispose();
        _gradient.Dispose();
        _device.Dispose();
    }

    private void Forward(ReadOnlySpan<byte> inputs)
    {
        if (inputs.Length != _rows) throw new ArgumentException($"{inputs.Length} tokens were given to a replica planned for {_rows}.", nameof(inputs));
        if (_parameters == null) throw new InvalidOperationException("The replica has no parameters yet; call Load first.");
        var width = _shape.Width;
        var embedding = _parameters + _layout.Embedding.Offset;
        var stream = _layers[0].Input.Pointer;
        Work = default;
        Outside = 0;
        for (var row = 0; row < _rows; row++)
            new ReadOnlySpan<float>(embedding + inputs[row] * width, width).CopyTo(new Span<float>(stream + (long)row * width, width));
        for (var i = 0; i < _layers.Length; i++)
            ForwardLayer(_layers[i], _layout.Layers[i], i + 1 < _layers.Length ? _layers[i + 1].Input : _final);
        RmsNorm.Forward(_final.Pointer, At(_layout.FinalNorm), _shape.NormEpsilon, _finalNormed.Pointer, _finalInverse.Pointer, _rows, width);
        _head.Forward(_finalNormed, _logits);
    }

    private void ForwardLayer(LayerState state, LayerSlices slices, Activation next)
    {
        RmsNorm.Forward(
            state.Input.Pointer, At(slices.AttentionNorm), _shape.NormEpsilon, state.InputNormed.Pointer, state.InputInverse.Pointer, _rows, _shape.Width);
        state.Projection.Forward(state.InputNormed, state.Projected);
        VectorSpans.AddRow(At(slices.ProjectionBias), state.Projected.Pointer, _rows, _shape.ProjectionWidth);
        Rotate(state.Projected, inverse: false);
        Attend(_attention, state, state.Attended, state.LogSumExp);
        if (_reachAttention is not null)
        {
            Attend(_reachAttention, state, _attendedGradient, state.ReachLogSumExp);
            for (var i = 0L; i < state.LogSumExp.Length; i++) Outside += state.LogSumExp.Pointer[i] - state.ReachLogSumExp.Pointer[i];
        }

        Work = new AttentionWork(Work.Visited + _attention.Work.Visited, Work.Dense + _attention.Work.Dense);
        state.Output.Forward(state.Attended, state.Middle);
        VectorSpans.AddRow(At(slices.OutputBias), state.Middle.Pointer, _rows, _shape.Width);
        VectorSpans.Add(state.Input.Pointer, state.Middle.Pointer, state.Middle.Length);
        RmsNorm.Forward(
            state.Middle.Pointer, At(slices.MlpNorm), _shape.NormEpsilon, state.MiddleNormed.Pointer, state.MiddleInverse.Pointer, _rows, _shape.Width);
        state.GateUpProjection.Forward(state.MiddleNormed, state.GateUp);
        SwiGlu.Forward(state.GateUp.Pointer, state.Inner.Pointer, _rows, _shape.Inner);
        state.Down.Forward(state.Inner, next);
        VectorSpans.Add(state.Middle.Pointer, next.Pointer, next.Length);
    }

    private void Backward(ReadOnlySpan<byte> inputs, float factor)
    {
        var width = _shape.Width;
        _head.BackwardInput(_logits, _widthGradient);
        _head.BackwardWeights(_logits, _finalNormed, Gradient + _layout.Embedding.Offset);
        new Span<float>(_streamGradient.Pointer, checked((int)_streamGradient.Length)).Clear();
        RmsNorm.Backward(
            _final.Pointer, At(_layout.FinalNorm), _finalInverse.Pointer, _widthGradient.Pointer, _streamGradient.Pointer,
            Gradient + _layout.FinalNorm.Offset, _rows, width);
        for (var i = _layers.Length - 1; i >= 0; i--) BackwardLayer(_layers[i], _layout.Layers[i], factor);
        var embedding = Gradient + _layout.Embedding.Offset;
        for (var row = 0; row < _rows; row++)
            VectorSpans.Add(_streamGradient.Pointer + (long)row * width, embedding + inputs[row] * width, width);
    }

    /// <summary>Takes the gradient of the layer's output in the stream gradient and leaves that of its input there.</summary>
    private void BackwardLayer(LayerState state, LayerSlices slices, float factor)
    {
        state.Down.BackwardInput(_streamGradient, _innerGradient);
        state.Down.BackwardWeights(_streamGradient, state.Inner, Gradient + slices.Down.Offset);
        SwiGlu.Backward(state.GateUp.Pointer, _innerGradient.Pointer, _gateUpGradient.Pointer, _rows, _shape.Inner);
        state.GateUpProjection.BackwardInput(_gateUpGradient, _widthGradient);
        state.GateUpProjection.BackwardWeights(_gateUpGradient, state.MiddleNormed, Gradient + slices.GateUp.Offset);
        RmsNorm.Backward(
            state.Middle.Pointer, At(slices.MlpNorm), state.MiddleInverse.Pointer, _widthGradient.Pointer, _streamGradient.Pointer,
            Gradient + slices.MlpNorm.Offset, _rows, _shape.Width);

        state.Output.BackwardInput(_streamGradient, _attendedGradient);
        state.Output.BackwardWeights(_streamGradient, state.Attended, Gradient + slices.Output.Offset);
        VectorSpans.AddColumns(_streamGradient.Pointer, Gradient + slices.OutputBias.Offset, _rows, _shape.Width);
        for (var s = 0; s < _sequences; s++)
        {
            var projected = _projectedGradient.Pointer + (long)s * _tokens * _shape.ProjectionWidth;
            _attentionGradient.Run(
                Sequence(state, s), _attendedGradient.Pointer + (long)s * _tokens * _shape.QueryWidth,
                projected, projected + _shape.QueryWidth, projected + _shape.QueryWidth + _shape.KeyWidth,
                new ReachPenalty(_reach, (float)(_reachWeight * factor), state.ReachLogSumExp.Pointer + (long)s * _tokens * _shape.QueryHeads));
        }

        Rotate(_projectedGradient, inverse: true);
        VectorSpans.AddColumns(_projectedGradient.Pointer, Gradient + slices.ProjectionBias.Offset, _rows, _shape.ProjectionWidth);
        state.Projection.BackwardInput(_projectedGradient, _widthGradient);
        state.Projection.BackwardWeights(_projectedGradient, state.InputNormed, Gradient + slices.Projection.Offset);
        RmsNorm.Backward(
            state.Input.Pointer, At(slices.AttentionNorm), state.InputInverse.Pointer, _widthGradient.Pointer, _streamGradient.Pointer,
            Gradient + slices.AttentionNorm.Offset, _rows, _shape.Width);
    }

    /// <summary>Query and key heads are adjacent, so one call turns both.</summary>
    private void Rotate(Activation projected, bool inverse) =>
        _rotary.Apply(projected.Pointer, _shape.ProjectionWidth, _rows, _tokens, _shape.QueryHeads + _shape.KeyHeads, inverse);

    private AttentionSequence Sequence(LayerState state, int sequence)
    {
        var first = (long)sequence * _tokens;
        var projected = state.Projected.Pointer + first * _shape.ProjectionWidth;
        return new AttentionSequence(
            projected, projected + _shape.QueryWidth, projected + _shape.QueryWidth + _shape.KeyWidth, _shape.ProjectionWidth,
            state.Attended.Pointer + first * _shape.QueryWidth, _shape.QueryWidth, state.LogSumExp.Pointer + first * _shape.QueryHeads, _tokens);
    }

    private void Attend(AttentionPlan plan, LayerState state, Activation output, Activation logSumExp) => plan.Run(
        Heads(state.Projected, _shape.QueryHeads, 0), Heads(state.Projected, _shape.KeyHeads, _shape.QueryWidth),
        Heads(state.Projected, _shape.KeyHeads, _shape.QueryWidth + _shape.KeyWidth), Heads(output, _shape.QueryHeads, 0),
        Tensor.Heads(logSumExp.Buffer, ElementType.Float32, _sequences, _tokens, _shape.QueryHeads, 1));

    private Tensor Heads(Activation activation, int heads, int channel) => Tensor.Heads(
        activation.Buffer, ElementType.Float32, _sequences, _tokens, heads, _shape.HeadDim, channel,
        batchStride: (long)_tokens * activation.Columns, tokenStride: activation.Columns);

    private float* At(ParameterSlice slice) => _parameters + slice.Offset;
}
