using System.Text.Json;
using Kernels.Cli.Tests.Running;
using Kernels.Models.Tests.Vision;
using SkiaSharp;
using Xunit;

namespace Kernels.Cli.Tests;

public sealed class ClassifyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernels-classify-").FullName;

    [Fact]
    public void Five_classes_of_a_picture_with_their_labels()
    {
        var (model, image) = (Model(), Picture(300, 260));
        var labels = At("labels.txt");
        File.WriteAllLines(labels, Enumerable.Range(0, RandomMobileNet.Classes).Select(i => $"class {i}"));
        var report = JsonDocument.Parse(InProcess.Run("classify", "--model", model, "--image", image, "--labels", labels, "--json").Succeeded().Output).RootElement;
        var top = report.GetProperty("top").EnumerateArray().ToArray();
        Assert.Equal(5, top.Length);
        var shares = top.Select(place => place.GetProperty("probability").GetDouble()).ToArray();
        Assert.Equal(shares.OrderDescending(), shares);
        Assert.InRange(shares.Sum(), 0.2, 1.0000001);
        Assert.All(top, place => Assert.Equal($"class {place.GetProperty("class").GetInt32()}", place.GetProperty("label").GetString()));
        Assert.Equal(1, report.GetProperty("density").GetDouble());

        var symmetric = JsonDocument.Parse(InProcess.Run("classify", "--model", model, "--image", image, "--pixels", "symmetric", "--json").Succeeded().Output).RootElement;
        Assert.NotEqual(shares[0], symmetric.GetProperty("top")[0].GetProperty("probability").GetDouble());

        // The table names the same class first.
        var lines = InProcess.Run("classify", "--model", model, "--image", image, "--labels", labels).Succeeded().Output.Split('\n');
        Assert.Contains(top[0].GetProperty("label").GetString()!, lines[0]);
    }

    [Fact]
    public void A_pattern_drops_its_share_of_groups()
    {
        var report = JsonDocument.Parse(
            InProcess.Run("classify", "--model", Model(), "--image", Picture(224, 224), "--pattern", "group:4@0.5", "--json").Succeeded().Output).RootElement;
        Assert.Equal("group:4@0.5", report.GetProperty("pattern").GetString());
        Assert.InRange(report.GetProperty("density").GetDouble(), 0.5, 0.75); // first convolution and depthwise layers stay
    }

    [Theory]
    [InlineData("group:4@0.5", "blocks")]
    [InlineData("unstructured@0.7", "sparse-bitmask")]
    public void A_network_that_was_pruned_into_files_names_the_same_classes(string pattern, string format)
    {
        var (model, image, pruned) = (Model(), Picture(224, 224), At("pruned"));
        var compression = JsonDocument.Parse(
            InProcess.Run("compress", "--model", model, "--pattern", pattern, "--method", "magnitude", "--out", pruned, "--json").Succeeded().Output).RootElement;
        Assert.Equal(format, compression.GetProperty("format").GetString());
        Assert.Equal(34, compression.GetProperty("tensors").GetArrayLength()); // the 1×1 convolutions of v2
        var inMemory = JsonDocument.Parse(InProcess.Run("classify", "--model", model, "--image", image, "--pattern", pattern, "--json").Succeeded().Output).RootElement;
        var stored = JsonDocument.Parse(InProcess.Run("classify", "--model", pruned, "--image", image, "--json").Succeeded().Output).RootElement;
        Assert.Equal(inMemory.GetProperty("density").GetDouble(), stored.GetProperty("density").GetDouble());
        Assert.Equal(inMemory.GetProperty("top").ToString(), stored.GetProperty("top").ToString());
        Assert.Contains("as stored", InProcess.Run("classify", "--model", pruned, "--image", image).Succeeded().Output);

        Refusal.AssertRefused(InProcess.Run("classify", "--model", pruned, "--image", image, "--pattern", pattern), 1, "pruned already");
        Refusal.AssertRefused(InProcess.Run("compress", "--model", pruned, "--pattern", pattern, "--method", "magnitude", "--out", At("again")), 1, "pruned already");
        Refusal.AssertRefused(InProcess.Run("compress", "--model", model, "--pattern", pattern, "--method", "magnitude", "--text", image, "--out", At("again")), 2, "--text");
        Refusal.AssertRefused(InProcess.Run("compress", "--model", At("none.onnx"), "--pattern", pattern, "--method", "magnitude", "--out", At("again")), 1, "none.onnx");
        Assert.False(Path.Exists(At("again")));
    }

    [Fact]
    public void Pictures_of_a_folder_calibrate_a_network()
    {
        var (model, pictures, pruned) = (Model(), At("pictures"), At("pruned"));
        Directory.CreateDirectory(Path.Combine(pictures, "cats"));
        foreach (var name in new[] { "cats/1.png", "2.PNG", "3.png" }) File.Copy(Picture(60 + name.Length, 50), Path.Combine(pictures, name));
        File.WriteAllText(Path.Combine(pictures, "notes.txt"), "no picture");
        string[] arguments = ["compress", "--model", model, "--pattern", "group:4@0.5", "--method", "wanda", "--sequences", "2", "--out", pruned, "--json"];
        Refusal.AssertRefused(InProcess.Run(arguments), 2, "--calibration", "folder of pictures");
        Refusal.AssertRefused(InProcess.Run([.. arguments, "--calibration", Directory.CreateDirectory(At("empty")).FullName]), 1, "holds no picture");
        Refusal.AssertRefused(InProcess.Run([.. arguments, "--calibration", At("pictures/notes.txt")]), 1, "notes.txt");
        Assert.False(Path.Exists(pruned));
        var report = JsonDocument.Parse(InProcess.Run([.. arguments, "--calibration", pictures]).Succeeded().Output).RootElement;
        Assert.Equal(2, report.GetProperty("calibration_images").GetInt32());
        Assert.All(report.GetProperty("tensors").EnumerateArray(), tensor => Assert.InRange(tensor.GetProperty("error").GetDouble(), 0.001, 1));
        InProcess.Run("classify", "--model", pruned, "--image", Picture(224, 224)).Succeeded();
    }

    [Fact]
    public void Another_device_names_the_same_class()
    {
        var (model, image) = (Model(), Picture(224, 224));
        Assert.Equal(Likeliest("cpu"), Likeliest("simulator"));

        int Likeliest(string device) => JsonDocument.Parse(
            InProcess.Run("classify", "--model", model, "--image", image, "--device", device, "--json").Succeeded().Output)
            .RootElement.GetProperty("top")[0].GetProperty("class").GetInt32();
    }

    [Fact]
    public void What_is_no_picture_no_network_or_not_its_labels_is_refused()
    {
        var (model, image) = (Model(), Picture(40, 30));
        var text = At("text.png");
        File.WriteAllText(text, "no picture");
        var damaged = At("damaged.png");
        File.WriteAllBytes(damaged, File.ReadAllBytes(image)[..60]);
        Refused("there is no file", "--model", model, "--image", At("none.png"));
        Refused("no picture", "--model", model, "--image", text);
        Refused("--image", "--model", model, "--image", damaged);
        Refused("1 lines", "--model", model, "--image", image, "--labels", text);
        Refused("safetensors", "--model", text, "--image", image);
        Refused("missing", "--model", At("nowhere"), "--image", image);
        Refused("2:7", "--model", model, "--image", image, "--pattern", "2:7");

        void Refused(string part, params string[] arguments) => Refusal.AssertRefused(InProcess.Run(["classify", .. arguments]), 1, part);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private string Model()
    {
        var path = At("model.safetensors");
        RandomMobileNet.V2(ofTorchvision: true).Write(path);
        return path;
    }

    private string Picture(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++) bitmap.SetPixel(x, y, new SKColor((byte)(x * 7), (byte)(y * 5), (byte)(x * y)));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        var path = At("picture.png");
        using var stream = File.Create(path);
        data.SaveTo(stream);
        return path;
    }
}
