namespace Kernels;

/// <summary>Scores with the ids they belong to, as integers that sort: the largest score first, equal ones by ascending id.</summary>
internal static class ScoreOrder
{
    public static ulong Descending(float score, int id)
    {
        var bits = BitConverter.SingleToUInt32Bits(score);
        // The bits of floats as integers that ascend where the floats descend.
        return (ulong)((bits & 0x80000000) == 0 ? 0x7FFFFFFF - bits : bits) << 32 | (uint)id;
    }

    public static int Id(ulong entry) => (int)(uint)entry;

    /// <summary>Brings the first <paramref name="count"/> of the sorted order to the front, in any order (Hoare's selection).</summary>
    public static void Select(Span<ulong> entries, int count)
    {
        var (low, high) = (0, entries.Length - 1);
        while (low < high)
        {
            var pivot = entries[low + (high - low) / 2];
            var (left, right) = (low, high);
            while (left <= right)
            {
                while (entries[left] < pivot) left++;
                while (entries[right] > pivot) right--;
                if (left > right) break;
                (entries[left], entries[right]) = (entries[right], entries[left]);
                left++;
                right--;
            }

            if (count <= right) high = right;
            else if (count > left) low = left;
            else return;
        }
    }
}
