using System.Text;
using CsCheck;
using Kernels.Compression;
using Kernels.Models.Tests.Vision;
using Xunit;

namespace Kernels.Models.Tests;

/// <summary>Whatever a damaged file says, it is read or refused in one line: never a crash.</summary>
public class MutationTests
{
    private static readonly string[] Fragments =
        ["-1", "0", "1e999", "9223372036854775808", "null", "true", "[]", "{}", "\"\"", "\"\\ud800\"", "\"BPE\"", "[[", "}}", ":", ",", "\u0000", "\"type\"", "NaN"];

    [Fact]
    public void Configurations()
    {
        var json = Encoding.UTF8.GetString((RandomModel.Tiny(ModelArchitecture.Qwen2) with
        {
            RotaryScaling = new RotaryScaling { Kind = RotaryScalingKind.Yarn, Factor = 4, OriginalContext = 128 },
            SlidingWindow = 64,
            EndTokens = [1, 2],
        }).ToJson());
        Mutated(json).Sample(text =>
        {
            var files = new MemoryFiles { ["config.json"] = text };
            ReadOrRefuse(() => Assert.InRange(ModelConfig.Read(files).ContextLength, 1, int.MaxValue));
        }, iter: 1000, threads: 1);
    }

    [Fact]
    public void Tokenizers()
    {
        var json = TokenizerFolder.ByteLevel(["h e", "l l", "he ll"], root =>
        {
            root["added_tokens"] = System.Text.Json.Nodes.JsonNode.Parse("""[{"id":300,"content":"<|end|>","special":true}]""");
            root["normalizer"] = System.Text.Json.Nodes.JsonNode.Parse("""{"type":"Sequence","normalizers":[{"type":"Replace","pattern":{"Regex":"a+"},"content":"b"}]}""");
            root["post_processor"] = System.Text.Json.Nodes.JsonNode.Parse("""
                {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<|end|>"}},{"Sequence":{"id":"A"}}],"special_tokens":{"<|end|>":{"ids":[300]}}}
                """);
        });
        Mutated(json).Sample(text =>
        {
            var files = new MemoryFiles { ["tokenizer.json"] = text };
            ReadOrRefuse(() =>
            {
                var tokenizer = TextTokenizer.Read(files);
                var tokens = tokenizer.Encode("hello 🙂 aa<|end|>");
                Assert.All(tokens, token => Assert.InRange(token, 0, tokenizer.LargestToken));
                tokenizer.Decode(tokens);
            });
        }, iter: 600, threads: 1);
    }

    [Fact]
    public void Indices() => Mutated("""{"metadata":{"total_size":4},"weight_map":{"a":"one.safetensors","b":"one.safetensors"}}""").Sample(text =>
    {
        var files = new MemoryFiles
        {
            ["one.safetensors"] = SafetensorsFileTests.Bytes(
                """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8),
            ["model.safetensors.index.json"] = text,
        };
        ReadOrRefuse(() => ModelTensors.Open(files).Dispose());
    }, iter: 200, threads: 1);

    [Fact]
    public void Classifiers()
    {
        using var folder = new TemporaryFolder();
        using var device = new CpuDevice(1);
        new VisionCompressor(SmallNetwork.Make(), new CompressionOptions { Pattern = SparsityPattern.Parse("group:4@0.5"), Method = "magnitude" }).Write(folder["out"], device);
        Mutated(File.ReadAllText(folder["out/config.json"])).Sample(text =>
        {
            File.WriteAllBytes(folder["out/config.json"], text);
            ReadOrRefuse(() => VisionNetwork.Open(folder["out"]));
        }, iter: 300, threads: 1);
    }

    private static Gen<byte[]> Mutated(string json) => Gen.OneOf(
        Gen.Select(Gen.Int[0, json.Length - 1], Gen.Int[0, 12], Gen.OneOfConst(Fragments))
            .Select((start, length, fragment) => Encoding.UTF8.GetBytes(json.Remove(start, Math.Min(length, json.Length - start)).Insert(start, fragment))),
        Gen.Select(Gen.Int[0, json.Length - 1], Gen.Byte).Select((at, value) =>
        {
            var bytes = Encoding.UTF8.GetBytes(json);
            bytes[at] = value;
            return bytes;
        }),
        Gen.Int[0, json.Length - 1].Select(length => Encoding.UTF8.GetBytes(json[..length])));

    private static void ReadOrRefuse(Action read)
    {
        try
        {
            read();
        }
        catch (ModelException exception)
        {
            Assert.DoesNotContain(exception.Message, char.IsControl);
        }
    }
}
