using System.Runtime.CompilerServices;

namespace Kernels.Cli.Tests.Running;

/// <summary>Places in the source tree the tests were built from.</summary>
internal static class Repository
{
    /// <summary>Folder of the solution.</summary>
    public static string Root { get; } = FindUpwards("Kernels.sln", File.Exists)
        ?? throw new InvalidOperationException("The tests run from a checkout: no Kernels.sln above them.");

    /// <summary>A folder of shared test data, null where this checkout has none.</summary>
    public static string? SharedData(string name) =>
        FindUpwards("shared/data", Directory.Exists) is { } root && Directory.Exists(Path.Combine(root, "shared/data", name))
            ? Path.Combine(root, "shared/data", name)
            : null;

    private static string? FindUpwards(string name, Func<string, bool> exists, [CallerFilePath] string source = "")
    {
        for (var folder = Path.GetDirectoryName(source); folder is not null; folder = Path.GetDirectoryName(folder))
            if (exists(Path.Combine(folder, name))) return folder;
        return null;
    }
}
