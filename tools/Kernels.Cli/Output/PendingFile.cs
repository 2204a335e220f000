using Kernels.Cli.Errors;

namespace Kernels.Cli.Output;

/// <summary>
/// A file that appears whole or not at all: opened beside its destination before any work starts, renamed over it at the end.
/// </summary>
internal sealed class PendingFile : IDisposable
{
    private readonly string _option, _path, _temporary;
    private FileStream? _stream;

    /// <summary>Opens the temporary file.</summary>
    /// <param name="option">The option that named the file, for messages.</param>
    /// <param name="path">Destination.</param>
    /// <exception cref="InputException">The destination cannot be written.</exception>
    public PendingFile(string option, string path)
    {
        _option = option;
        try
        {
            _path = Path.GetFullPath(path);
            if (Directory.Exists(_path)) throw new InputException($"{option}: '{path}' is a folder; name a file.");
            var folder = Path.GetDirectoryName(_path);
            if (!Directory.Exists(folder))
                throw new InputException($"{option}: there is no folder '{folder}' to write '{path}' in; create it first.");
            _temporary = Path.Combine(folder, $".{Path.GetFileName(_path)}.{Environment.ProcessId}.part");
            _stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Refuse(path, e);
        }
    }

    /// <summary>Writes the content and puts the file in place.</summary>
    public void Complete(Action<Stream> write)
    {
        ObjectDisposedException.ThrowIf(_stream is null, this);
        try
        {
            write(_stream);
            _stream.Flush(flushToDisk: true);
            _stream.Dispose();
            File.Move(_temporary, _path, overwrite: true);
            _stream = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refuse(_path, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stream is null) return;
        _stream.Dispose();
        _stream = null;
        File.Delete(_temporary);
    }

    private InputException Refuse(string path, Exception cause) =>
        new($"{_option}: '{path}' cannot be written: {cause.Message} Name a file in a folder you may write to.");
}
