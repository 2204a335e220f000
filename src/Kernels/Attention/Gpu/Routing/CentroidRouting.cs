using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Gives every centroid of a head the tokens whose directions are nearest to it.</summary>
internal static class CentroidRouting
{
    /// <summary>Threads of a group that scores or lists.</summary>
    public const int Threads = 128;

    /// <summary>Launches the kernel that takes lengths out of scores.</summary>
    public delegate void Director<T>(
        AcceleratorStream stream, KernelConfig grid, ArrayView<T> source, ArrayView<int> pages, ArrayView<float> scores, RoutingArguments arguments)
        where T : unmanaged;

    /// <summary>Launches the kernel that chooses.</summary>
    public delegate void Chooser(AcceleratorStream stream, KernelConfig grid, ArrayView<float> scores, ArrayView<int> chosenBefore, RoutingArguments arguments);

    /// <summary>Launches the kernel that lists.</summary>
    public delegate void Lister(AcceleratorStream stream, KernelConfig grid, ArrayView<int> chosenBefore, ArrayView<int> listed, RoutingArguments arguments);

    /// <summary>The kernel that takes lengths out of scores; its grid is (tiles of <see cref="Threads"/> tokens).</summary>
    public static GpuKernelSource OfDirections<T>(string declaration, bool paged = false) where T : unmanaged, IGpuElement<T> => new(
        $"{declaration}: directions of tokens, {typeof(T).Name}{PagedRows.Suffix(paged)}", paged ? Direct<T, PagedRows> : Direct<T, ConsecutiveRows>, Threads, 0);

    /// <summary>The kernel that chooses; its grid is (centroids).</summary>
    public static GpuKernelSource OfChoices(string declaration) =>
        new($"{declaration}: choice of tokens", Choose, LineChoice.Threads, 2 * sizeof(int) * LineChoice.Threads);

    /// <summary>The kernel that lists; its grid is (tiles of <see cref="Threads"/> tokens, centroids).</summary>
    public static GpuKernelSource OfLists(string declaration) => new($"{declaration}: lists of tokens", List, Threads, 0);

    /// <param name="source">Tokens.</param>
    /// <param name="pages">Pages of the sequence, or a dummy.</param>
    /// <param name="scores">[centroid, token]: products, replaced by numbers from 0 up that ascend with the cosines.</param>
    /// <param name="a">The launch.</param>
    private static void Direct<T, TRows>(ArrayView<T> source, ArrayView<int> pages, ArrayView<float> scores, RoutingArguments a)
        where T : unmanaged, IGpuElement<T> where TRows : struct, IKeyRows
    {
        var token = Grid.IdxX * Threads + Group.IdxX;
        if (token >= a.Tokens) return;
        var row = a.Source.Offset + TRows.Offset(pages, a.Source, token);
        float squares = 0;
        for (var c = 0; c < a.HeadDim; c++)
        {
            var x = T.ToFloat(source[row + c]);
            squares += x * x;
        }

        var factor = squares > 0 ? 1 / XMath.Sqrt(squares) : 0;
        for (var centroid = 0; centroid < a.Clusters; centroid++)
        {
            var place = (long)centroid * a.Tokens + token;
            scores[place] = Ascending(scores[place] * factor);
        }
    }

    /// <param name="scores">[centroid, token].</param>
    /// <param name="chosenBefore">Result, [centroid, token]: how many of the tokens before it are taken; one entry more than there are tokens.</param>
    /// <param name="a">The launch.</param>
    private static void Choose(ArrayView<float> scores, ArrayView<int> chosenBefore, RoutingArguments a)
    {
        var above = SharedMemory.Allocate<int>(LineChoice.Threads);
        var equal = SharedMemory.Allocate<int>(LineChoice.Threads);
        var centroid = (long)Grid.IdxX;
        LineChoice.Among(above, equal, scores, centroid * a.Tokens, a.Tokens, 0, a.Taken, chosenBefore, centroid * (a.Tokens + 1L));
    }

    /// <param name="chosenBefore">[centroid, token].</param>
    /// <param name="listed">Result, [centroid, entry]: ascending tokens.</param>
    /// <param name="a">The launch.</param>
    private static void List(ArrayView<int> chosenBefore, ArrayView<int> listed, RoutingArguments a)
    {
        var (token, centroid) = (Grid.IdxX * Threads + Group.IdxX, Grid.IdxY);
        if (token >= a.Tokens) return;
        var place = centroid * (a.Tokens + 1L) + token;
        if (chosenBefore[place + 1] > chosenBefore[place]) listed[(long)centroid * a.Taken + chosenBefore[place]] = token;
    }

    // The bits of a float as an unsigned number that ascends with it, less the last; those of a cosine are the bits of a positive float.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Ascending(float cosine)
    {
        var bits = Interop.FloatAsInt(cosine);
        return Interop.IntAsFloat((bits >> 31 != 0 ? ~bits : bits | 1u << 31) >> 1);
    }
}
