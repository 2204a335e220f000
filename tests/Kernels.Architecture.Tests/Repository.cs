using System.Xml.Linq;

namespace Kernels.Architecture.Tests;

/// <summary>The source tree these tests were compiled from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Projects by name, with the projects and packages each refers to.</summary>
    public static IReadOnlyDictionary<string, (string Folder, string[] Projects, string[] Packages)> Projects { get; } =
        new[] { "src", "generators", "tests", "perf", "tools" }
            .Select(room => Path.Combine(Root, room))
            .Where(Directory.Exists)
            .SelectMany(room => Directory.EnumerateFiles(room, "*.csproj", SearchOption.AllDirectories))
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path), Read);

    /// <summary>C# files below a folder of the root, build output left out.</summary>
    public static IEnumerable<string> Sources(string room) =>
        Directory.EnumerateFiles(Path.Combine(Root, room), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    private static (string, string[], string[]) Read(string path)
    {
        var project = XDocument.Load(path);
        string[] Items(string name) => [.. project.Descendants(name).Select(item => (string?)item.Attribute("Include")).OfType<string>()];
        return (
            Path.GetRelativePath(Root, Path.GetDirectoryName(path)!).Replace('\\', '/'),
            [.. Items("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Replace('\\', '/')))],
            Items("PackageReference"));
    }

    private static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Kernels.sln"))) return folder;
        throw new InvalidOperationException("Kernels.sln was not found above the tests.");
    }
}
