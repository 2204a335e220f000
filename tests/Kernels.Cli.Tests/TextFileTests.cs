using Kernels.Cli.Errors;
using Kernels.Cli.Input;
using Kernels.Models;
using Xunit;

namespace Kernels.Cli.Tests;

public sealed class TextFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Text_comes_back_unchanged_without_its_byte_order_mark()
    {
        const string text = "naïve — 漢字 🙂\r\n\0end";
        File.WriteAllText(_path, text, new System.Text.UTF8Encoding(true));
        Assert.Equal(text, Read());
        File.WriteAllText(_path, text, new System.Text.UTF8Encoding(false));
        Assert.Equal(text, Read());
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0xFF, 0x62 }, "0xFF at offset 1")]
    [InlineData(new byte[] { 0x61, 0x62, 0xE2, 0x82 }, "0xE2 at offset 2")] // cut inside a character
    [InlineData(new byte[] { 0xC0, 0xAF }, "0xC0 at offset 0")] // overlong
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, "0xED at offset 0")] // surrogate
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0x80 }, "0x80 at offset 3")]
    public void Bytes_that_are_not_utf8_are_refused_where_they_stand(byte[] bytes, string where)
    {
        File.WriteAllBytes(_path, bytes);
        var refusal = Assert.Throws<ModelException>(Read);
        Assert.Contains(_path, refusal.Message);
        Assert.Contains(where, refusal.Message);
    }

    [Fact]
    public void Every_prefix_of_a_character_is_refused()
    {
        foreach (var character in new[] { "é", "€", "🙂" })
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(character);
            for (var length = 1; length < bytes.Length; length++)
            {
                File.WriteAllBytes(_path, bytes[..length]);
                Assert.Throws<ModelException>(Read);
            }
        }
    }

    [Fact]
    public void Empty_missing_and_folder_are_refused_by_name()
    {
        File.WriteAllBytes(_path, [0xEF, 0xBB, 0xBF]);
        Assert.Contains("empty", Assert.Throws<InputException>(Read).Message);
        Assert.Contains("no file", Assert.Throws<InputException>(() => Read(_path + ".none")).Message);
        Assert.Contains("folder", Assert.Throws<InputException>(() => Read(Path.GetTempPath())).Message);
        Assert.Contains("standard input is empty", Assert.Throws<InputException>(() => Read("-")).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\uFFFDb")]
    [InlineData("a\uD83D")]
    public void Text_from_the_command_line_is_checked(string text) =>
        Assert.Contains("--prompt", Assert.Throws<InputException>(() => TextFile.FromCommandLine("--prompt", text)).Message);

    [Fact]
    public void Pairs_of_surrogates_are_characters() => Assert.Equal("🙂", TextFile.FromCommandLine("--prompt", "🙂"));

    private string Read() => Read(_path);

    private static string Read(string path) => TextFile.Read("--prompt-file", path, () => Stream.Null);
}
