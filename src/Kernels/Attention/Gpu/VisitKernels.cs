namespace Kernels;

/// <summary>The visit kernels of a plan: for tiles of few rows, and of many where runs may have as many.</summary>
internal sealed record VisitKernels<TQuery, TKey>(VisitKernel<TQuery, TKey> Few, VisitKernel<TQuery, TKey>? Many)
    where TQuery : unmanaged where TKey : unmanaged;
