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

    // From where the tests run: paths of sources are not those of this machine in a deterministic build.
    private static string? FindUpwards(string name, Func<string, bool> exists)
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (exists(Path.Combine(folder, name))) return folder;
        return null;
    }
}
