using Kernels.Generators.Emission;
using static Kernels.Generators.Emission.Unrolled;

namespace Kernels.Generators.Skeletons;

/// <summary>How a kernel reads the values of a group of outputs, which lie side by side.</summary>
internal static class GpuGroupValues
{
    /// <summary>Loads a group's values into locals <paramref name="name"/>0, <paramref name="name"/>1, …, four at once where there are as many.</summary>
    /// <param name="writer">Where to write. In scope: w.</param>
    /// <param name="values">A type that reads the storage.</param>
    /// <param name="groupRows">Outputs of a group.</param>
    /// <param name="place">First word, and index of the group's first value from there.</param>
    /// <param name="name">Beginning of the locals' names.</param>
    public static void Load(SourceWriter writer, string values, int groupRows, string place, string name)
    {
        switch (groupRows)
        {
            case 1:
                writer.Line($"var {name}0 = {values}.One(w, {place});");
                break;
            case 2:
                writer.Line($"var {name}Two = {values}.Two(w, {place});\nfloat {name}0 = {name}Two.First, {name}1 = {name}Two.Second;");
                break;
            default:
                for (var o = 0; o < groupRows; o += 4)
                    writer.Line($"""
                        var {name}Four{o} = {values}.Four(w, {place}{Plus(o)});
                        float {Join(Range(4), i => $"{name}{o + i} = {name}Four{o}.{"XYZW"[i]}")};
                        """);
                break;
        }
    }
}
