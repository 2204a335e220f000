using System.Reflection;

namespace Kernels.Models;

internal sealed class ResourceFiles : ModelFiles
{
    private readonly Assembly _assembly;
    private readonly string _prefix;
    private readonly HashSet<string> _names;

    public ResourceFiles(Assembly assembly, string prefix)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        ArgumentNullException.ThrowIfNull(prefix);
        _assembly = assembly;
        _prefix = prefix;
        _names = [.. assembly.GetManifestResourceNames()];
    }

    public override string Location => $"{_assembly.GetName().Name} (embedded)";

    public override string NameOf(string file) => $"{Location}: {file}";

    public override bool Has(string file) => _names.Contains(_prefix + file);

    public override SafetensorsFile OpenTensors(string file) => SafetensorsFile.Read(NameOf(file), Open(file));

    protected override Stream Open(string file) =>
        _assembly.GetManifestResourceStream(_prefix + file)
        ?? throw new ModelException(Location, file, "missing", "it must be embedded", "Build the assembly with its resources.");
}
