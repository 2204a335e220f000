using System.CommandLine;

namespace Kernels.Training.Commands;

/// <summary>Options several commands share.</summary>
internal static class CommandOptions
{
    public static Option<DirectoryInfo> Corpus() =>
        new("--corpus") { Description = "Folder written by the corpus command.", DefaultValueFactory = _ => new("corpus") };

    public static Option<DirectoryInfo> Run() =>
        new("--run") { Description = "Folder of checkpoints and the loss curve.", DefaultValueFactory = _ => new("run") };

    /// <summary>The two splits.</summary>
    public static (byte[] Train, byte[] Validation) ReadCorpus(DirectoryInfo folder) =>
        (Read(folder, "train.bin"), Read(folder, "validation.bin"));

    private static byte[] Read(DirectoryInfo folder, string name)
    {
        var path = Path.Combine(folder.FullName, name);
        return File.Exists(path)
            ? File.ReadAllBytes(path)
            : throw new FileNotFoundException($"{path} is not there; build the corpus first: corpus --out {folder.FullName}");
    }
}
