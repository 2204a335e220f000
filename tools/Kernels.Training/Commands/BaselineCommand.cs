using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Kernels.Training.Baseline;

namespace Kernels.Training.Commands;

/// <summary><c>baseline</c>: the interpolated n-gram on the same split.</summary>
internal static class BaselineCommand
{
    /// <summary>One block of this many bytes in twenty is held out to tune the discounts.</summary>
    private const int Block = 16 << 10, Blocks = 20;

    public static Command Create()
    {
        var corpus = CommandOptions.Corpus();
        var order = new Option<int>("--order") { Description = "Bytes of context.", DefaultValueFactory = _ => 4 };
        var command = new Command("baseline", "Measures an interpolated byte n-gram on the corpus. Example: baseline --corpus artifacts/corpus") { corpus, order };
        command.SetAction(parse =>
        {
            var folder = parse.GetValue(corpus)!;
            var (train, validation) = CommandOptions.ReadCorpus(folder);
            var tuned = Tune(train, parse.GetValue(order));
            var model = new NGramModel(tuned.Order);
            tuned.Discounts.CopyTo(model.Discounts, 0);
            model.Add(train);
            var result = new BaselineResult(
                model.Order, model.Discounts, model.Loss(validation), model.Loss(File.ReadAllBytes(Path.Combine(folder.FullName, "document.txt"))));
            File.WriteAllText(Path.Combine(folder.FullName, "baseline.json"), JsonSerializer.Serialize(result));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"order {result.Order}: {result.ValidationNats:f4} nats, {result.ValidationNats / Math.Log(2):f4} bits per byte; document {result.DocumentNats:f4} nats"));
        });
        return command;
    }

    /// <summary>Counts nineteen blocks in twenty and tunes on the rest.</summary>
    private static NGramModel Tune(byte[] train, int order)
    {
        var model = new NGramModel(order);
        var heldOut = new MemoryStream();
        for (var start = 0; start < train.Length; start += Block)
        {
            var block = train.AsSpan(start, Math.Min(Block, train.Length - start));
            if (start / Block % Blocks == 0) heldOut.Write(block);
            else model.Add(block);
        }

        model.Tune(heldOut.ToArray());
        return model;
    }
}
