using Kernels.Cli.Errors;
using Kernels.Cli.Output;
using Xunit;

namespace Kernels.Cli.Tests;

public sealed class PendingFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernels-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_file_appears_only_when_complete()
    {
        var path = Path.Combine(_folder, "logits.json");
        using (var pending = new PendingFile("--logits", path))
        {
            Assert.False(File.Exists(path));
            pending.Complete(stream => stream.Write("[1]"u8));
        }

        Assert.Equal("[1]", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Giving_up_leaves_what_was_there()
    {
        var path = Path.Combine(_folder, "logits.json");
        File.WriteAllText(path, "old");
        using (new PendingFile("--logits", path)) { }
        using (var pending = new PendingFile("--logits", path))
            Assert.Throws<InvalidOperationException>(() => pending.Complete(stream =>
            {
                stream.Write("[1,"u8);
                throw new InvalidOperationException();
            }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("", "folder")]
    [InlineData("missing/logits.json", "no folder")]
    public void A_destination_that_cannot_be_written_is_refused_first(string name, string reason)
    {
        var refusal = Assert.Throws<InputException>(() => new PendingFile("--logits", Path.Combine(_folder, name)));
        Assert.Contains("--logits", refusal.Message);
        Assert.Contains(reason, refusal.Message);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }
}
