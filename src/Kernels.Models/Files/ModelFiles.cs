namespace Kernels.Models;

/// <summary>The named files of a model, wherever they are kept.</summary>
public abstract class ModelFiles
{
    /// <summary>Where the files are, for messages: a folder or an assembly.</summary>
    public abstract string Location { get; }

    /// <summary>The files of a folder on disk.</summary>
    /// <exception cref="ModelException">The folder is not there.</exception>
    public static ModelFiles InFolder(string path) => new FolderFiles(path);

    /// <summary>The resources of an assembly whose names begin with <paramref name="prefix"/>.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="prefix">What precedes a file's name, such as <c>Kernels.Cli.Sample.</c>.</param>
    public static ModelFiles InAssembly(System.Reflection.Assembly assembly, string prefix) => new ResourceFiles(assembly, prefix);

    /// <summary>Full name of a file, for messages.</summary>
    public abstract string NameOf(string file);

    /// <summary>Whether the file is there.</summary>
    public abstract bool Has(string file);

    /// <summary>Opens the tensors of a safetensors file.</summary>
    /// <exception cref="ModelException">The file is missing or damaged.</exception>
    public abstract SafetensorsFile OpenTensors(string file);

    /// <summary>Reads a small file whole.</summary>
    /// <exception cref="ModelException">The file is missing, unreadable or longer than <paramref name="limit"/> bytes.</exception>
    public byte[] Read(string file, int limit)
    {
        if (!Has(file))
            throw new ModelException(Location, file, "missing", "a model needs it", "Check the folder, or fetch the model again.");
        try
        {
            using var stream = Open(file);
            if (stream.Length > limit)
                throw new ModelException(NameOf(file), "length", $"{stream.Length} bytes", $"at most {limit} are read", "Check that this is the right file.");
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(NameOf(file), "file", "unreadable", exception.Message.TrimEnd('.'), "Check its permissions.", exception);
        }
    }

    /// <summary>Opens a file that is there.</summary>
    protected abstract Stream Open(string file);
}
