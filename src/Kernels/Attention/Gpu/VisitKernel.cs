namespace Kernels;

/// <summary>A visit kernel compiled for a plan: for tensor cores, for plain lanes, or for both where alignment decides in each run.</summary>
internal sealed record VisitKernel<TQuery, TKey>(VisitLauncher<TQuery, TKey>? Tensor, VisitLauncher<TQuery, TKey>? Lanes)
    where TQuery : unmanaged where TKey : unmanaged
{
    /// <summary>The launcher of a run.</summary>
    public VisitLauncher<TQuery, TKey> For(bool onTensorCores) => onTensorCores ? Tensor! : Lanes!;
}
