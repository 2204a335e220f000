using System.CommandLine;
using System.Globalization;
using Kernels.Perf.Limits;
using Kernels.Perf.Reports;
using Kernels.Perf.Rows;
using Kernels.Perf.Timing;
using Spectre.Console;

namespace Kernels.Perf.Commands;

/// <summary>Checks and times rows beside their baselines.</summary>
internal static class RatiosCommand
{
    private const int Cancelled = 130;

    public static Command Create()
    {
        var only = new Option<string?>("--only") { Description = "Only rows whose names begin with this.", HelpName = "PREFIX" };
        only.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } prefix && RowCatalog.Only(prefix).Count == 0)
                result.AddError($"No row begins with '{prefix}'; --list names them.");
        });
        var threads = new Option<int[]>("--threads")
        {
            Description = "Number of threads; several numbers measure one after the other.",
            HelpName = "N",
            DefaultValueFactory = _ => [1],
            AllowMultipleArgumentsPerToken = true,
        };
        threads.Validators.Add(result =>
        {
            foreach (var count in result.Tokens)
                if (!int.TryParse(count.Value, CultureInfo.InvariantCulture, out var number) || number < 1 || number > Environment.ProcessorCount)
                    result.AddError($"--threads {count.Value}: numbers from 1 to {Environment.ProcessorCount}, apart by spaces, can be measured on this machine.");
        });
        var rounds = new Option<int>("--rounds") { Description = "Samples of each contender.", HelpName = "N", DefaultValueFactory = _ => 9 };
        rounds.Validators.Add(result =>
        {
            foreach (var count in result.Tokens)
                if (!int.TryParse(count.Value, CultureInfo.InvariantCulture, out var number) || number < 1) result.AddError($"--rounds {count.Value}: a number of at least 1 is needed.");
        });
        var json = new Option<FileInfo?>("--json") { Description = "Also write the figures to this file.", HelpName = "FILE" };
        json.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<FileInfo?>() is { Directory.Exists: false } file)
                result.AddError($"--json {file}: there is no directory {file.DirectoryName}.");
        });
        var list = new Option<bool>("--list") { Description = "Name the rows and run none." };

        var command = new Command("ratios", "Check and time kernels beside their baselines, the FMA peak and the memory bandwidth.")
        {
            only, threads, rounds, json, list,
        };
        // On a thread of its own: signals are listened to only once the action has returned its task.
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            // A file has no width: a row of the table stays on its line.
            if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 240;
            var rows = RowCatalog.Only(parsed.GetValue(only));
            return parsed.GetValue(list)
                ? List(rows)
                : Run(rows, parsed.GetValue(threads)!, parsed.GetValue(rounds), parsed.GetValue(json), cancellation);
        }, CancellationToken.None));
        return command;
    }

    private static int List(IReadOnlyList<IRatioRow> rows)
    {
        var table = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var row in rows) table.AddRow(Markup.Escape(row.Name), Markup.Escape(row.Description));
        AnsiConsole.Write(table);
        return 0;
    }

    private static int Run(IReadOnlyList<IRatioRow> rows, int[] threads, int rounds, FileInfo? json, CancellationToken cancellation)
    {
        var timer = new InterleavedTimer(rounds, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.03), TimeProvider.System);
        var machine = MachineDescription.Read(TimeProvider.System);
        try
        {
            var runner = new RatioRunner(timer, machine.CacheBytes, (row, count, stage) =>
                Console.Error.WriteLine($"{row}, {count} thread{(count == 1 ? "" : "s")}: {stage}"));
            var report = runner.Run(rows, threads, machine, cancellation);
            RatioTable.Write(AnsiConsole.Console, report);
            if (json is not null) File.WriteAllText(json.FullName, report.ToJson() + "\n");
            return report.NotRun.Count == 0 ? 0 : 1;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Cancelled; nothing was written.");
            return Cancelled;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"The figures could not be written: {exception.Message}");
            return 1;
        }
    }
}
