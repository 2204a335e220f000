using System.CommandLine;
using Kernels.Cli.Errors;
using Kernels.Models;

namespace Kernels.Cli.Commands;

/// <summary>The options of commands that run a model: which model, where, and how sparse.</summary>
internal sealed class SharedOptions
{
    /// <summary>The name that lets the tool choose a device.</summary>
    public const string AutomaticDevice = "auto";

    private const int MostThreads = 1024;

    private readonly Option<string?> _model = Model();

    private readonly Option<string?> _device = Device();

    private readonly Option<string?> _attention = Options.Choice(
        "--attention", "Attention method. Default: dense, or anchor where sparse is compared with dense and --weights is not given.", [.. AttentionMethod.All.Select(method => method.Name)]);

    private readonly Option<string?> _gate = Options.Text(
        "--gate", "FILE", "Learned gates, *.safetensors, for attention methods that select by them (seer, seer-r); kernels distill-gate makes them.");

    private readonly Option<string?> _weights = Options.Choice(
        "--weights", "Weight method. Default: stored, as the file has them.", [.. WeightMethod.All.Select(method => method.Name)]);

    private readonly Option<int> _threads = Threads();

    private readonly Option<bool> _explain = Options.Flag(
        "--explain", "Print the plan first: node, kernel, device, bytes (on standard error with --json).");

    private readonly Option<bool> _json = Json();

    /// <summary>Folder of the model.</summary>
    public static Option<string?> Model() => Options.Text(
        "--model", "DIR", "Hugging Face folder with config.json, *.safetensors and a tokenizer. Default: the embedded sample model.");

    /// <summary>Where to run.</summary>
    public static Option<string?> Device() => Options.Choice(
        "--device", "Where to run. cuda:1 and so on are further NVIDIA GPUs; auto takes cuda where there is one, else cpu.",
        [AutomaticDevice, .. Devices.Names], "cpu", Devices.IsName);

    /// <summary>Threads of the cpu device.</summary>
    public static Option<int> Threads() => Options.WholeNumber(
        "--threads", "N", "Threads of the cpu device. Default: KERNELS_NUM_THREADS, or every processor.", 1, MostThreads, 0);

    /// <summary>Print one JSON object.</summary>
    public static Option<bool> Json() =>
        Options.Flag("--json", "Print one JSON object on standard output and nothing else.");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (ReadOnlySpan<Option>)[_model, _device, _attention, _gate, _weights, _threads, _explain, _json])
            command.Options.Add(option);
    }

    /// <summary>Reads the values.</summary>
    /// <param name="parsed">A command line without errors.</param>
    /// <param name="compares">Whether the command sets sparse beside dense.</param>
    public SharedSettings Read(ParseResult parsed, bool compares)
    {
        var attention = parsed.GetValue(_attention) is { } attentionName ? AttentionMethod.Find(attentionName) : null;
        var weights = parsed.GetValue(_weights) is { } weightsName ? WeightMethod.Find(weightsName) : null;
        if (parsed.GetValue(_model) is "") throw new UsageException("--model is empty; name a folder.");
        return new SharedSettings
        {
            Model = parsed.GetValue(_model),
            Device = parsed.GetRequiredValue(_device)!,
            Attention = attention ?? (compares && weights is null ? AttentionMethod.Anchor : AttentionMethod.Dense),
            Gate = parsed.GetValue(_gate),
            Weights = weights ?? WeightMethod.Stored,
            Threads = parsed.GetValue(_threads),
            Explain = parsed.GetValue(_explain),
            Json = parsed.GetValue(_json),
        };
    }
}
