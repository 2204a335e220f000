using System.CommandLine;
using Kernels.Cli.Errors;
using Kernels.Cli.Output;
using Kernels.Cli.Running;
using Kernels.Models;

namespace Kernels.Cli.Commands;

/// <summary><c>kernels compress</c>: prune a model into a folder of its own.</summary>
internal static class CompressCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var model = Options.Text(
            "--model", "PATH",
            "Hugging Face folder of a language model, or MobileNet v1 or v2: an .onnx file, a .safetensors file, or a folder with model.safetensors. Default: the embedded sample model.");
        var pattern = Options.Text(
            "--pattern", "PATTERN", "N:M (2:4, 1:8, …), N:M/V (V outputs alike), V:2:M, unstructured@S, group:R@S or block:B@S; S is the share to drop.");
        pattern.Required = true;
        var method = Options.Choice("--method", "How to choose what stays.", CompressionOptions.Methods);
        method.Required = true;
        var output = Options.Text("--out", "DIR", "Folder to make. It appears whole or not at all; interrupted work is gone on with.");
        output.Required = true;
        var allocation = Options.Choice("--allocation", "How to spread a free sparsity over matrices. Default: erdos-renyi for random, else uniform.", CompressionOptions.Allocations);
        var calibration = Options.Text(
            "--calibration", "PATH",
            "What to calibrate on, for wanda, sparsegpt, dsnot and owl: a UTF-8 text (- is standard input), or for a network of images a picture or a folder of pictures.");
        var text = Options.Text("--text", "FILE", "UTF-8 text to measure perplexity on before and after; - is standard input.");
        var length = Options.WholeNumber("--length", "N", "Tokens of a calibration sequence; at most the context.", 1, int.MaxValue, 2048);
        var sequences = Options.WholeNumber("--sequences", "N", "Most calibration sequences or pictures.", 1, int.MaxValue, 128);
        var seed = Options.WholeNumber("--seed", "S", "Seed of random.", 0, int.MaxValue, 0);
        var rearrange = Options.Flag("--rearrange", "First order the inner channels of every MLP so that similar ones share a group; for patterns whose rows choose together. Networks of images always are.");
        var threads = SharedOptions.Threads();
        var json = SharedOptions.Json();
        var command = new Command("compress", "Prune the projections of a language model, or the pointwise convolutions of a network of images, into a folder of sparse tensors.")
        {
            model, pattern, method, allocation, rearrange, output, calibration, text, length, sequences, seed, threads, json,
        };
        command.SetAction(parsed =>
        {
            Pruning.Execute(
                new PruningSettings
                {
                    Model = parsed.GetValue(model) is not "" ? parsed.GetValue(model) : throw new UsageException("--model is empty; name a file or folder."),
                    Options = new CompressionOptions
                    {
                        Pattern = PatternOption.Parse(parsed.GetRequiredValue(pattern)!),
                        Method = parsed.GetRequiredValue(method)!,
                        Allocation = parsed.GetValue(allocation),
                        Rearrange = parsed.GetValue(rearrange),
                        SequenceLength = parsed.GetValue(length),
                        Sequences = parsed.GetValue(sequences),
                        Seed = parsed.GetValue(seed),
                    },
                    Output = parsed.GetRequiredValue(output)!,
                    Calibration = parsed.GetValue(calibration),
                    Text = parsed.GetValue(text),
                    Threads = parsed.GetValue(threads),
                    Json = parsed.GetValue(json),
                }, terminal, cancellation);
            return ExitCode.Success;
        });
        return command;
    }
}
