using System.CommandLine;
using System.Text.Json;
using Kernels.Perf.Reports;

namespace Kernels.Perf.Commands;

/// <summary>Turns the JSON of a ratios run into a Markdown page.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var source = new Argument<FileInfo>("FILE") { Description = "JSON written by ratios --json." };
        var target = new Option<FileInfo?>("--output") { Description = "Where to write the page; the file's name with .md by default.", HelpName = "FILE" };
        var command = new Command("report", "Write a Markdown page from measured figures.") { source, target };
        command.SetAction(parsed =>
        {
            var from = parsed.GetValue(source)!;
            var to = parsed.GetValue(target)?.FullName ?? Path.ChangeExtension(from.FullName, ".md");
            try
            {
                File.WriteAllText(to, MarkdownPage.Write(RatioReport.FromJson(File.ReadAllText(from.FullName))));
                return 0;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
            {
                Console.Error.WriteLine($"{from}: {exception.Message}");
                return 1;
            }
        });
        return command;
    }
}
