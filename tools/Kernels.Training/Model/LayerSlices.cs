namespace Kernels.Training.Model;

/// <summary>The parameters of one decoder layer. <see cref="Projection"/> begins the fused [query | key | value] matrix,
/// <see cref="ProjectionBias"/> its bias, <see cref="GateUp"/> the fused [gate | up] matrix.</summary>
internal sealed record LayerSlices(
    ParameterSlice AttentionNorm, ParameterSlice Projection, ParameterSlice KeyProjection, ParameterSlice ValueProjection,
    ParameterSlice ProjectionBias, ParameterSlice KeyBias, ParameterSlice ValueBias, ParameterSlice Output, ParameterSlice OutputBias,
    ParameterSlice MlpNorm, ParameterSlice GateUp, ParameterSlice Up, ParameterSlice Down);
