using System.Text;
using System.Text.Json;
using Xunit;

namespace Kernels.Models.Tests;

/// <summary>A <c>tokenizer.model</c> is put together here, byte by byte, from stories260k's vocabulary.</summary>
public class SentencePieceTests
{
    [Theory]
    [InlineData("Once upon a time, there was a little girl named Lily.")]
    [InlineData("  two  spaces and\ta tab\n")]
    [InlineData("é 日本 🙂")]
    [InlineData("")]
    public void The_protobuf_and_the_json_agree(string text)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["tokenizer.model"], Model());
        var model = TextTokenizer.Read(ModelFiles.InFolder(folder.Path));
        var json = TextTokenizer.Read(ModelFiles.InFolder(SharedData.Stories260k()));
        Assert.Equal(json.Encode(text), model.Encode(text));
        Assert.Equal(json.Encode(text, special: false), model.Encode(text, special: false));
        Assert.Equal(text, model.Decode(model.Encode(text)));
        Assert.Equal(511, model.LargestToken);
    }

    [Fact]
    public void What_surrounds_a_text_follows_the_configuration()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["tokenizer.model"], Model());
        File.WriteAllText(folder["tokenizer_config.json"], """{"add_bos_token":false,"add_eos_token":true}""");
        Assert.Equal(2, TextTokenizer.Read(ModelFiles.InFolder(folder.Path)).Encode("Once")[^1]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void A_damaged_protobuf_is_refused(int length)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["tokenizer.model"], Model()[..length]);
        Assert.Contains("tokenizer.model", Assert.Throws<ModelException>(() => TextTokenizer.Read(ModelFiles.InFolder(folder.Path))).Message);
    }

    // Field numbers of sentencepiece_model.proto.
    private static byte[] Model()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SharedData.Stories260k(), "tokenizer.json")));
        var vocabulary = document.RootElement.GetProperty("model").GetProperty("vocab");
        var bytes = new List<byte>();
        foreach (var (piece, id) in vocabulary.EnumerateObject().Select(entry => (entry.Name, Id: entry.Value.GetInt32())).OrderBy(entry => entry.Id))
        {
            var type = id == 0 ? 2 : id < 3 ? 3 : piece.StartsWith("<0x", StringComparison.Ordinal) ? 6 : 1;
            byte[] score = BitConverter.GetBytes(id < 259 ? 0f : 259f - id);
            Message(bytes, 1, [.. Text(1, piece), 2 << 3 | 5, .. score, 3 << 3, (byte)type]);
        }

        Message(bytes, 2, [3 << 3, 2, .. Varint(35 << 3), 1, .. Varint(40 << 3), 0, .. Varint(41 << 3), 1, .. Varint(42 << 3), 2]);
        Message(bytes, 3, [.. Text(1, "identity"), 3 << 3, 1, 4 << 3, 0, 5 << 3, 1]);
        return [.. bytes];
    }

    private static byte[] Text(int field, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return [(byte)(field << 3 | 2), .. Varint(utf8.Length), .. utf8];
    }

    private static void Message(List<byte> bytes, int field, byte[] content) => bytes.AddRange([(byte)(field << 3 | 2), .. Varint(content.Length), .. content]);

    private static byte[] Varint(int value) => value < 128 ? [(byte)value] : [(byte)(value & 127 | 128), .. Varint(value >> 7)];
}
