using System.CommandLine;
using Kernels.Cli.Errors;
using Kernels.Cli.Output;
using Kernels.Cli.Running;
using Kernels.Models;

namespace Kernels.Cli.Commands;

/// <summary><c>kernels classify</c>: the likeliest classes of a picture.</summary>
internal static class ClassifyCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var model = Options.Text("--model", "PATH", "MobileNet v1 or v2: an .onnx file, a .safetensors file, a folder with model.safetensors (names of torchvision or timm), or a folder that kernels compress made.");
        model.Required = true;
        var image = Options.Text("--image", "FILE", "Picture to classify: PNG, JPEG, WebP or GIF.");
        image.Required = true;
        var pattern = Options.Text("--pattern", "PATTERN", "Drop weights of the pointwise convolutions by magnitude first, as kernels compress does: group:4@0.5, unstructured@0.8, 2:4, …");
        var labels = Options.Text("--labels", "FILE", "UTF-8 text with the name of a class on each line.");
        var pixels = Options.Choice(
            "--pixels", "How pixels are normalised. Default: imagenet, or symmetric (-1 to 1) for networks of Keras and TensorFlow.", [.. ImageNormalization.All.Select(known => known.Name)]);
        var device = SharedOptions.Device();
        var threads = SharedOptions.Threads();
        var json = SharedOptions.Json();
        var command = new Command("classify", "Name the five likeliest classes of a picture.") { model, image, pattern, labels, pixels, device, threads, json };
        command.SetAction(parsed =>
        {
            Classification.Execute(
                new ClassificationSettings
                {
                    Model = parsed.GetRequiredValue(model) is { Length: > 0 } path ? path : throw new UsageException("--model is empty; name a file or folder."),
                    Image = parsed.GetRequiredValue(image)!,
                    Pattern = parsed.GetValue(pattern) is { } text ? PatternOption.Parse(text) : null,
                    Labels = parsed.GetValue(labels),
                    Pixels = parsed.GetValue(pixels) is { } name ? ImageNormalization.Find(name) : null,
                    Device = parsed.GetRequiredValue(device)!,
                    Threads = parsed.GetValue(threads),
                    Json = parsed.GetValue(json),
                }, terminal);
            return ExitCode.Success;
        });
        return command;
    }
}
