using System.Text;
using CsCheck;
using Xunit;

namespace Kernels.Models.Tests;

public class DetokenizerTests
{
    private static readonly TextTokenizer Bytes = TokenizerFolder.Read(TokenizerFolder.ByteLevel([]));

    [Fact]
    public void A_character_appears_with_its_last_byte()
    {
        var detokenizer = new Detokenizer(Bytes);
        var parts = Encoding.UTF8.GetBytes("a🙂é").Select(value => detokenizer.Append(value)).ToArray();
        Assert.Equal(["a", "", "", "", "🙂", "", "é"], parts);
        Assert.Equal("", detokenizer.Flush());
    }

    [Fact]
    public void Whatever_the_bytes_every_part_is_whole_and_the_sum_is_the_text() => Gen.Byte.Array[0, 40].Sample(bytes =>
    {
        var detokenizer = new Detokenizer(Bytes);
        var text = new StringBuilder();
        foreach (var value in bytes)
        {
            var part = detokenizer.Append(value);
            Assert.False(part.Length > 0 && (char.IsLowSurrogate(part[0]) || char.IsHighSurrogate(part[^1])));
            text.Append(part);
        }

        Assert.Equal(Encoding.UTF8.GetString(bytes), text.Append(detokenizer.Flush()).ToString());
    }, threads: 1);

    [Fact]
    public void A_continuation_keeps_its_leading_space()
    {
        var tokenizer = TextTokenizer.Read(ModelFiles.InFolder(SharedData.Stories260k()));
        var she = tokenizer.Encode("She", special: false);
        Assert.Equal("She", tokenizer.Decode(she));
        var continuing = new Detokenizer(tokenizer, continuing: true);
        Assert.Equal(" She", string.Concat(she.Select(continuing.Append)));
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0xFF }, "0xFF at offset 1")]
    [InlineData(new byte[] { 0xC3 }, "0xC3 at offset 0")]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0x61, 0xED, 0xA0, 0x80 }, "0xED at offset 4")]
    public void A_prompt_that_is_not_utf8_is_refused_at_its_first_wrong_byte(byte[] bytes, string names) =>
        Assert.Contains(names, Assert.Throws<ModelException>(() => PromptText.Decode("prompt.txt", bytes)).Message);

    [Fact]
    public void A_prompt_is_read_without_its_byte_order_mark() =>
        Assert.Equal("é🙂", PromptText.Decode("prompt.txt", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("é🙂")]));
}
