using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Kernels.Models;

/// <summary>A safetensors file: its checked header, and its tensors mapped on demand.</summary>
/// <remarks>Thread-safe. Views handed out must be disposed before the file.</remarks>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly MemoryMappedFile? _map;
    private readonly Stream? _resource;
    private readonly byte* _memory;
    private readonly bool _ownsMemory;
    private readonly Dictionary<string, SafetensorsEntry> _entries = [];
    private bool _disposed;

    private SafetensorsFile(string name, long length, MemoryMappedFile? map, Stream? resource, byte* memory, bool ownsMemory)
    {
        Name = name;
        _map = map;
        _resource = resource;
        _memory = memory;
        _ownsMemory = ownsMemory;
        try
        {
            (Entries, Metadata) = ReadHeader(length);
            foreach (var entry in Entries) _entries.Add(entry.Name, entry);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Path or resource name, as messages show it.</summary>
    public string Name { get; }

    /// <summary>The tensors in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The free-form <c>__metadata__</c> strings.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens and checks a file on disk; its tensors are memory-mapped.</summary>
    /// <exception cref="ModelException">The file cannot be read, or its header is not what the format allows.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        MemoryMappedFile? map = null;
        long length;
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 0);
            length = stream.Length;
            if (length > 0)
                map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            else
                stream.Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ModelException(path, "file", "unreadable", exception.Message.TrimEnd('.'), "Check the path and its permissions.", exception);
        }

        return new SafetensorsFile(path, length, map, null, null, false);
    }

    /// <summary>
    /// Reads from a stream that is kept until the file is disposed: used in place where the stream is memory already
    /// (an embedded resource), else copied.
    /// </summary>
    /// <param name="name">Name for messages.</param>
    /// <param name="stream">A readable stream with a length, at its start.</param>
    /// <exception cref="ModelException">The header is not what the format allows.</exception>
    public static SafetensorsFile Read(string name, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var length = stream.Length;
        if (stream is UnmanagedMemoryStream resource)
            return new SafetensorsFile(name, length, null, stream, resource.PositionPointer, false);
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(length, 64), 64);
        try
        {
            for (long done = 0; done < length;)
            {
                var part = new Span<byte>(memory + done, (int)Math.Min(length - done, 1 << 20));
                stream.ReadExactly(part);
                done += part.Length;
            }
        }
        catch
        {
            NativeMemory.AlignedFree(memory);
            throw;
        }

        stream.Dispose();
        return new SafetensorsFile(name, length, null, null, memory, true);
    }

    /// <summary>The entry called <paramref name="name"/>, or null.</summary>
    public SafetensorsEntry? Find(string name) => _entries.GetValueOrDefault(name);

    /// <summary>Maps a tensor's bytes.</summary>
    /// <param name="entry">An entry of this file.</param>
    public TensorBytes Map(SafetensorsEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_entries.TryGetValue(entry.Name, out var own) || !ReferenceEquals(own, entry))
            throw new ArgumentException($"The entry '{entry.Name}' is not one of {Name}.", nameof(entry));
        return Map($"{Name}: tensor '{entry.Name}'", entry.Offset, entry.ByteLength);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _map?.Dispose();
        _resource?.Dispose();
        if (_ownsMemory) NativeMemory.AlignedFree(_memory);
    }

    private TensorBytes Map(string what, long offset, long byteLength)
    {
        if (_map is null || byteLength == 0) return new TensorBytes(what, _memory == null ? (byte*)1 : _memory + offset, byteLength);
        return new TensorBytes(what, _map.CreateViewAccessor(offset, byteLength, MemoryMappedFileAccess.Read), byteLength);
    }

    private (List<SafetensorsEntry>, Dictionary<string, string>) ReadHeader(long length)
    {
        const string remedy = "This is not a whole safetensors file: fetch it again.";
        if (length < 10) throw new ModelException(Name, "file length", $"{length} bytes", "a safetensors file has at least 10", remedy);
        ulong headerLength;
        using (var prefix = Map(Name, 0, 8)) headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix.Span);
        if (headerLength > (ulong)(length - 8) || headerLength < 2)
            throw new ModelException(Name, "header length", $"{headerLength} bytes", $"the file has {length - 8} bytes after it", remedy);
        if (headerLength > SafetensorsHeader.LongestHeader)
            throw new ModelException(Name, "header length", $"{headerLength} bytes", $"at most {SafetensorsHeader.LongestHeader} are read", remedy);
        using var header = Map(Name, 8, (long)headerLength);
        return SafetensorsHeader.Parse(Name, header.Span, length);
    }
}
