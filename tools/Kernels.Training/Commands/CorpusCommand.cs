using System.CommandLine;
using Kernels.Training.Corpus;

namespace Kernels.Training.Commands;

/// <summary><c>corpus</c>: builds the training and validation text.</summary>
internal static class CorpusCommand
{
    public static Command Create()
    {
        var output = new Option<DirectoryInfo>("--out") { Description = "Folder for train.bin, validation.bin, document.txt and manifest.json.", DefaultValueFactory = _ => new("corpus") };
        var cache = new Option<DirectoryInfo?>("--cache") { Description = "Folder for downloaded packages; by default <out>/packages." };
        var command = new Command("corpus", "Builds the corpus from Debian packages (needs apt-get and dpkg-deb). Example: corpus --out artifacts/corpus") { output, cache };
        command.SetAction(parse =>
        {
            var folder = parse.GetValue(output)!.FullName;
            Directory.CreateDirectory(folder);
            var manifest = CorpusBuilder.Build(folder, parse.GetValue(cache)?.FullName ?? Path.Combine(folder, "packages"));
            foreach (var entry in manifest.Entries)
                Console.WriteLine($"{entry.Package} {entry.Version}: {entry.Documents} documents, {entry.TrainBytes} + {entry.ValidationBytes} bytes");
            Console.WriteLine($"train {manifest.TrainBytes}, validation {manifest.ValidationBytes} bytes");
        });
        return command;
    }
}
