namespace Kernels;

/// <summary>The kernels with which plans select keys.</summary>
internal static class SelectionSources
{
    /// <summary>Those of <paramref name="declaration"/>.</summary>
    public static IEnumerable<GpuKernelSource> Of<TQuery, TKey>(AttentionDeclaration declaration, GpuAttentionProgram program)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
    {
        var name = declaration.Name;
        GpuKernelSource[] estimator = declaration.Selection!.Estimator switch
        {
            KeyEstimator.LastRows =>
            [
                .. LastRows<TQuery, TKey>(name), LineChoice.Source(name), StripeMarks.Source(name), KeyCompaction.Source(name), RangeCompaction.Source(name),
            ],
            KeyEstimator.LastRowsOrPooled =>
            [
                .. LastRows<TQuery, TKey>(name), .. Pooled<TQuery, TKey>(name), AdaptiveChoice.OfSums(name), AdaptiveChoice.OfComparisons(name),
                AdaptiveChoice.OfCounts(name), AdaptiveChoice.OfChoices(name), AdaptiveChoice.OfMarks(name), RangeCompaction.Source(name),
            ],
            KeyEstimator.ObservationWindow =>
            [
                .. LastRows<TQuery, TKey>(name), KeptKeys.OfScores(name), KeptKeys.OfSizes(name), KeptKeys.OfChoices(name), KeptKeys.OfMarks(name),
                KeyCompaction.Source(name),
            ],
            KeyEstimator.Gate or KeyEstimator.GroupGate =>
            [
                GateProjection.OfQueries<TQuery>(name), GateProjection.OfKeys<TKey>(name), RowScores.Source<GpuFloat32, GpuFloat32>(name), OpenBlocks.Source(name),
                BlockEstimates.Source(name),
            ],
            KeyEstimator.Bounds => [KeyBounds.OfKeys<TKey>(name), KeyBounds.OfScores<TQuery>(name)],
            KeyEstimator.Pooled => Pooled<TQuery, TKey>(name),
            _ => [RowScores.Source<TQuery, TKey>(name), BlockEstimates.Source(name)],
        };
        return declaration.Selection.Estimator is KeyEstimator.LastRows or KeyEstimator.LastRowsOrPooled or KeyEstimator.ObservationWindow
            ? estimator
            : [.. estimator, BlockChoice.Source(name, program.ChooseBlocks()), RangeCompaction.Source(name)];
    }

    private static GpuKernelSource[] Pooled<TQuery, TKey>(string name)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> =>
        [VectorPooling.Source<TQuery>(name), VectorPooling.Source<TKey>(name), RowScores.Source<GpuFloat32, GpuFloat32>(name), BlockEstimates.Source(name)];

    private static GpuKernelSource[] LastRows<TQuery, TKey>(string name)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> =>
        [RowScores.Source<TQuery, TKey>(name), LastRowSums.OfProbabilities(name), LastRowSums.OfSums(name)];
}
