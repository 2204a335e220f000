using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>Brings keys and values into the layouts register tiles stream: channel-major panels of keys, slices of values.</summary>
internal static unsafe class KeyPanels
{
    /// <summary>Bytes needed for <paramref name="keys"/> keys (rounded up to panels) of <paramref name="channels"/> channels.</summary>
    public static long Floats(int keys, int channels, int panel) => (long)RoundUp(keys, panel) * channels;

    /// <summary>Packs keys [first, first + count) into panels [.., channels, panel]; missing keys of the last panel become 0.</summary>
    /// <param name="source">Rows of the head.</param>
    /// <param name="indices">Which keys, or null for consecutive ones from <paramref name="first"/>.</param>
    /// <param name="first">First key, or first entry of <paramref name="indices"/>.</param>
    /// <param name="count">Keys.</param>
    /// <param name="channels">Channels of a key.</param>
    /// <param name="panel">Keys of a panel, a multiple of 4.</param>
    /// <param name="scratch">Room for one row of fp32.</param>
    /// <param name="target">Result.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackKeys(
        in HeadRows source, int* indices, int first, int count, int channels, int panel, float* scratch, float* target)
    {
        var (rows, key) = (source, 0);
        if (rows.Type == ElementType.Float32)
            for (; key + 4 <= count; key += 4)
                Transposition.TransposeFour(
                    Key(key), Key(key + 1), Key(key + 2), Key(key + 3), channels, target + (long)(key / panel) * panel * channels + key % panel, panel);

        for (var padded = RoundUp(count, panel); key < padded; key++)
        {
            var column = target + (long)(key / panel) * panel * channels + key % panel;
            if (key >= count)
            {
                for (var channel = 0; channel < channels; channel++) column[(long)channel * panel] = 0;
                continue;
            }

            var row = source.Row(indices == null ? first + key : indices[first + key], channels, scratch);
            for (var channel = 0; channel < channels; channel++) column[(long)channel * panel] = row[channel];
        }

        float* Key(int i) => rows.Row(indices == null ? first + i : indices[first + i], channels, scratch);
    }

    /// <summary>Packs values into slices [channels / panel][count][panel]; missing channels of the last slice become 0.</summary>
    /// <param name="source">Rows of the head.</param>
    /// <param name="indices">Which values, or null for consecutive ones from <paramref name="first"/>.</param>
    /// <param name="first">First value, or first entry of <paramref name="indices"/>.</param>
    /// <param name="count">Values.</param>
    /// <param name="channels">Channels of a value.</param>
    /// <param name="panel">Channels of a slice, a multiple of 8.</param>
    /// <param name="slice">Floats from one slice to the next.</param>
    /// <param name="scratch">Room for one row of fp32.</param>
    /// <param name="target">Result, at the first value's place in slice 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackValues(
        in HeadRows source, int* indices, int first, int count, int channels, int panel, long slice, float* scratch,
        float* target)
    {
        for (var key = 0; key < count; key++)
        {
            var row = source.Row(indices == null ? first + key : indices[first + key], channels, scratch);
            var place = target + (long)key * panel;
            var channel = 0;
            for (; channel + panel <= channels; channel += panel, place += slice)
                for (var c = 0; c < panel; c += 8) Vector256.Store(Vector256.Load(row + channel + c), place + c);
            if (channel == channels) continue;
            for (var c = 0; c < panel; c++) place[c] = channel + c < channels ? row[channel + c] : 0;
        }
    }

    public static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
