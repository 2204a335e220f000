namespace Kernels.Models.Tests;

/// <summary>Model files made up by a test.</summary>
internal sealed class MemoryFiles : ModelFiles
{
    private readonly Dictionary<string, byte[]> _files = [];

    public byte[] this[string file]
    {
        set => _files[file] = value;
    }

    public override string Location => "memory";

    public override string NameOf(string file) => $"memory: {file}";

    public override bool Has(string file) => _files.ContainsKey(file);

    public override SafetensorsFile OpenTensors(string file) => SafetensorsFile.Read(NameOf(file), Open(file));

    protected override Stream Open(string file) => new MemoryStream(_files[file]);
}
