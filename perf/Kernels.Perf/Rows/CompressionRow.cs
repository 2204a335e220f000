using Kernels.Compression;
using Kernels.Models;
using Kernels.Perf.Checking;
using Kernels.Perf.Timing;

namespace Kernels.Perf.Rows;

/// <summary>A model of random bf16 weights pruned to 2:4 by magnitude, from its files to those of the pruned model.</summary>
/// <remarks><c>files</c> reads and writes the files of the dense model and does nothing else.</remarks>
/// <param name="Size">Size in the row's name.</param>
/// <param name="Model">What is pruned.</param>
internal sealed record CompressionRow(string Size, RandomLlama Model) : IRatioRow
{
    public string Name => $"compress.magnitude.{Size}";

    public string Description => $"a model of {Model.Parameters / 1e6:f0} million random bf16 weights to 2:4 by magnitude, files to files";

    public Bound Bound => Bound.Memory;

    public PreparedRow Prepare(RowSetup setup)
    {
        var folder = Directory.CreateTempSubdirectory("kernels-perf-compress-").FullName;
        var prepared = new PreparedRow { Work = () => new RowWork(2.0 * Model.Parameters, 2.0 * Model.Parameters * (1 + 0.5 + 1.0 / 16)) };
        prepared.Keep(new Removal(folder));
        try
        {
            var (model, pruned, copy) = (Path.Combine(folder, "model"), Path.Combine(folder, "pruned"), Path.Combine(folder, "copy"));
            Model.Write(model);
            var options = new CompressionOptions { Pattern = SparsityPattern.Parse("2:4"), Method = "magnitude" };
            prepared.Times(prepared.Keep(setup.Device.Allocate(sizeof(float))), () =>
            {
                if (Directory.Exists(pruned)) Directory.Delete(pruned, recursive: true);
                new ModelCompressor(ModelFiles.InFolder(model), options).Write(pruned, setup.Device);
            }, new PrunedModelCheck(model, pruned).Verify);
            if (setup.WithBaselines) prepared.Against("files", () => new Contender("files", () => Copy(model, copy), () => { }));
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private static void Copy(string from, string to)
    {
        if (Directory.Exists(to)) Directory.Delete(to, recursive: true);
        Directory.CreateDirectory(to);
        foreach (var path in Directory.EnumerateFiles(from, "*.safetensors"))
        {
            using var file = SafetensorsFile.Open(path);
            SafetensorsWriter.Write(Path.Combine(to, Path.GetFileName(path)), [.. file.Entries.Select(entry =>
            {
                using var bytes = file.Map(entry);
                return new SafetensorsTensor(entry.Name, entry.DataType, entry.Shape, bytes.Span.ToArray());
            })]);
        }
    }

    private sealed class Removal(string folder) : IDisposable
    {
        public void Dispose() => Directory.Delete(folder, recursive: true);
    }
}
