using System.Text.Json;
using Xunit;

namespace Kernels.Models.Tests;

public class ModelTensorsTests
{
    [Fact]
    public void Shards_are_found_through_the_index()
    {
        using var folder = Sharded();
        using var tensors = ModelTensors.Open(ModelFiles.InFolder(folder.Path));
        Assert.Equal(["a", "b"], tensors.Names.Order());
        using var a = tensors.Map("a");
        using var b = tensors.Map("b");
        Assert.Equal(new byte[] { 1, 2, 3, 4 }, a.Span.ToArray());
        Assert.Equal(new byte[] { 5, 6 }, b.Span.ToArray());
    }

    [Theory]
    [InlineData("../secret.safetensors")]
    [InlineData("/etc/secret.safetensors")]
    [InlineData("..\\secret.safetensors")]
    [InlineData("sub/one.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("config.json")]
    [InlineData("three.safetensors")]
    public void An_index_naming_other_files_is_refused(string shard)
    {
        using var folder = Sharded();
        WriteIndex(folder, new() { ["a"] = "one.safetensors", ["b"] = shard });
        var exception = Assert.Throws<ModelException>(() => ModelTensors.Open(ModelFiles.InFolder(folder.Path)));
        Assert.Contains("weight_map.b", exception.Message);
    }

    [Fact]
    public void An_index_that_does_not_match_its_shards_is_refused()
    {
        using var folder = Sharded();
        WriteIndex(folder, new() { ["a"] = "two.safetensors" });
        Assert.Contains("holds no such tensor", Assert.Throws<ModelException>(() => ModelTensors.Open(ModelFiles.InFolder(folder.Path))).Message);
        File.WriteAllText(folder["model.safetensors.index.json"], """{"weight_map":{"a":"one.safetensors","a":"two.safetensors"}}""");
        Assert.Throws<ModelException>(() => ModelTensors.Open(ModelFiles.InFolder(folder.Path)));
        File.WriteAllText(folder["model.safetensors.index.json"], """{"weight_map":{"a":null}}""");
        Assert.Throws<ModelException>(() => ModelTensors.Open(ModelFiles.InFolder(folder.Path)));
    }

    [Fact]
    public void A_folder_without_tensors_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("model.safetensors", Assert.Throws<ModelException>(() => ModelTensors.Open(ModelFiles.InFolder(folder.Path))).Message);
        Assert.Throws<ModelException>(() => ModelFiles.InFolder(folder["none"]));
    }

    [Fact]
    public void Required_tensors_are_checked_against_the_configuration()
    {
        using var folder = Sharded();
        using var tensors = ModelTensors.Open(ModelFiles.InFolder(folder.Path));
        Assert.Equal(ElementType.Float32, tensors.Require("a", 1).Type);
        Assert.Contains("[2, 3]", Assert.Throws<ModelException>(() => tensors.Require("a", 2, 3)).Message);
        Assert.Contains("'c'", Assert.Throws<ModelException>(() => tensors.Require("c", 1)).Message);
    }

    private static TemporaryFolder Sharded()
    {
        var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder["one.safetensors"], [new("a", ElementType.Float32, [1], new byte[] { 1, 2, 3, 4 })]);
        SafetensorsWriter.Write(folder["two.safetensors"], [new("b", ElementType.BFloat16, [1], new byte[] { 5, 6 })]);
        WriteIndex(folder, new() { ["a"] = "one.safetensors", ["b"] = "two.safetensors" });
        return folder;
    }

    private static void WriteIndex(TemporaryFolder folder, Dictionary<string, string> map) =>
        File.WriteAllText(folder["model.safetensors.index.json"], JsonSerializer.Serialize(new { weight_map = map }));
}
