using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>A generated visit on tensor cores; addresses are those of the views, rows begin at multiples of 16 bytes.</summary>
/// <remarks>Views name the memory of what kernels copy asynchronously, which takes addresses.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public delegate void TensorVisitKernel<TElement>(
    ArrayView<TElement> queries, ArrayView<TElement> keys, ArrayView<TElement> values, ulong query, ulong key, ulong value, ArrayView<int> pages,
    ArrayView<TElement> output, ArrayView<float> logSumExp, ArrayView<float> state, ArrayView<int> bounds, ArrayView<KeyRange> ranges,
    ArrayView<int> listed, ArrayView<long> visited, VisitArguments arguments)
    where TElement : unmanaged;
