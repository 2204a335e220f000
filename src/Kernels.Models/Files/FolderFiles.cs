namespace Kernels.Models;

internal sealed class FolderFiles : ModelFiles
{
    private readonly string _path;

    public FolderFiles(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        if (File.Exists(path))
            throw new ModelException(path, "model", "a file", "a folder holding config.json, *.safetensors and a tokenizer is required", "Name the folder.");
        if (!Directory.Exists(path))
            throw new ModelException(path, "model folder", "missing", "it must exist", "Check the path.");
    }

    public override string Location => _path;

    public override string NameOf(string file) => Path.Combine(_path, file);

    public override bool Has(string file) => File.Exists(NameOf(file));

    public override SafetensorsFile OpenTensors(string file) => SafetensorsFile.Open(NameOf(file));

    protected override Stream Open(string file) => new FileStream(NameOf(file), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
}
