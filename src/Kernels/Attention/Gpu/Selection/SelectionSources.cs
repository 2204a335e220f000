namespace Kernels;

/// <summary>The kernels with which plans select keys.</summary>
internal static class SelectionSources
{
    /// <summary>Those of <paramref name="declaration"/>, for keys in pages or one after another.</summary>
    public static IEnumerable<GpuKernelSource> Of<TQuery, TKey>(AttentionDeclaration declaration, GpuAttentionProgram program, bool paged)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
    {
        var name = declaration.Name;
        GpuKernelSource[] estimator = declaration.Selection!.Estimator switch
        {
            KeyEstimator.LastRows =>
            [
                .. LastRows<TQuery, TKey>(name, paged), LineChoice.Source(name), StripeMarks.Source(name), KeyCompaction.Source(name), RangeCompaction.Source(name),
            ],
            KeyEstimator.LastRowsOrPooled =>
            [
                .. LastRows<TQuery, TKey>(name, paged), .. Pooled<TQuery, TKey>(name, paged), AdaptiveChoice.OfSums(name), AdaptiveChoice.OfComparisons(name),
                AdaptiveChoice.OfCounts(name), AdaptiveChoice.OfChoices(name), AdaptiveChoice.OfMarks(name), RangeCompaction.Source(name),
            ],
            KeyEstimator.ObservationWindow =>
            [
                .. LastRows<TQuery, TKey>(name, paged), KeptKeys.OfScores(name), KeptKeys.OfSizes(name), KeptKeys.OfChoices(name), KeptKeys.OfMarks(name),
                KeyCompaction.Source(name),
            ],
            KeyEstimator.Gate or KeyEstimator.GroupGate =>
            [
                GateProjection.OfQueries<TQuery>(name), GateProjection.OfKeys<TKey>(name, paged), RowScores.Source<GpuFloat32, GpuFloat32>(name), OpenBlocks.Source(name),
                BlockEstimates.Source(name),
            ],
            KeyEstimator.Bounds => [KeyBounds.OfKeys<TKey>(name, paged), KeyBounds.OfScores<TQuery>(name)],
            KeyEstimator.Pooled => Pooled<TQuery, TKey>(name, paged),
            _ => [RowScores.Source<TQuery, TKey>(name, paged), BlockEstimates.Source(name)],
        };
        return declaration.Selection.Estimator is KeyEstimator.LastRows or KeyEstimator.LastRowsOrPooled or KeyEstimator.ObservationWindow
            ? estimator
            : [.. estimator, BlockChoice.Source(name, program.ChooseBlocks()), RangeCompaction.Source(name)];
    }

    private static GpuKernelSource[] Pooled<TQuery, TKey>(string name, bool paged)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> =>
        [VectorPooling.Source<TQuery>(name), VectorPooling.Source<TKey>(name, paged), RowScores.Source<GpuFloat32, GpuFloat32>(name), BlockEstimates.Source(name)];

    private static GpuKernelSource[] LastRows<TQuery, TKey>(string name, bool paged)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> =>
        [RowScores.Source<TQuery, TKey>(name, paged), LastRowSums.OfProbabilities(name), LastRowSums.OfSums(name)];
}
