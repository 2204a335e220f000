using Xunit;

namespace Kernels.Architecture.Tests;

/// <summary>The one direction of references: what each room may refer to.</summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["Kernels"] = [],
        ["Kernels.Catalog"] = ["Kernels"],
        ["Kernels.Compression"] = ["Kernels"],
        ["Kernels.Scheduling"] = ["Kernels"],
        ["Kernels.Models"] = ["Kernels", "Kernels.Scheduling", "Kernels.Catalog", "Kernels.Compression"],
        ["Kernels.Hosting"] = ["Kernels", "Kernels.Models"],
        ["Kernels.Generators"] = [],
        ["Kernels.CodeFixes"] = ["Kernels.Generators"],
    };

    public static TheoryData<string> Projects => [.. Repository.Projects.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_point_one_way(string name)
    {
        var (folder, references, _) = Repository.Projects[name];
        var room = folder.Split('/')[0];
        foreach (var reference in references)
        {
            Assert.True(Repository.Projects.ContainsKey(reference), $"{name} refers to {reference}, which does not exist");
            var target = Repository.Projects[reference].Folder.Split('/')[0];
            if (room is "src" or "generators")
            {
                Assert.True(MayReference.ContainsKey(name), $"{name} has no place in the table of arrows");
                Assert.Contains(reference, MayReference[name]);
            }
            else
            {
                // Tools, perf and tests stand at the end of every arrow: only their like may refer to them.
                Assert.True(target is "src" or "generators" || target == room || (room == "tests") || (room == "perf" && reference == "Kernels.Testing"),
                    $"{name} in {room} refers to {reference} in {target}");
            }
        }
    }

    [Fact]
    public void The_kernels_room_depends_on_ilgpu_alone() =>
        Assert.Equal(["ILGPU", "ILGPU.Algorithms"], Repository.Projects["Kernels"].Packages.Order());

    [Fact]
    public void The_generator_depends_on_roslyn_alone() =>
        Assert.All(Repository.Projects["Kernels.Generators"].Packages, package => Assert.StartsWith("Microsoft.CodeAnalysis", package));

    [Fact]
    public void Catalog_and_scheduling_need_no_package()
    {
        Assert.Empty(Repository.Projects["Kernels.Catalog"].Packages);
        Assert.Empty(Repository.Projects["Kernels.Scheduling"].Packages);
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Kernels.sln"));
        Assert.All(Repository.Projects.Keys, name => Assert.Contains($"{name}.csproj", solution));
    }
}
