namespace Kernels.Generators.Emission;

/// <summary>Pieces of the text of unrolled loops.</summary>
internal static class Unrolled
{
    /// <summary>0 to <paramref name="count"/> − 1.</summary>
    public static int[] Range(int count) => [.. Enumerable.Range(0, count)];

    /// <summary>What is added to an expression: nothing for 0.</summary>
    public static string Plus(int count) => count == 0 ? "" : $" + {count}";

    /// <summary>A part for each item, between commas.</summary>
    public static string Join(IEnumerable<int> items, Func<int, string> part) => string.Join(", ", items.Select(part));

    /// <summary>A line for each item.</summary>
    public static string Lines(IEnumerable<int> items, Func<int, string> part) => string.Join("\n", items.Select(part));
}
