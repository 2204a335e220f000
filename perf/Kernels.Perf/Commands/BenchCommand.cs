using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Kernels.Perf.Commands;

/// <summary>BenchmarkDotNet on single kernels.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var arguments = new Argument<string[]>("ARGUMENTS") { Description = "Arguments of BenchmarkDotNet, such as --filter '*Product*' or --list flat." };
        var command = new Command("bench", "Run BenchmarkDotNet on single kernels.") { arguments };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(parsed =>
        {
            // In process: a generated project would be built under this repository's lock files. Few iterations: a run takes up to a second.
            var job = Job.Default.WithToolchain(new InProcessEmitToolchain(TimeSpan.FromHours(1), logOutput: true))
                .WithWarmupCount(2).WithIterationCount(9).WithIterationTime(TimeInterval.FromMilliseconds(200));
            var config = DefaultConfig.Instance.AddJob(job);
            string[] passed = [.. parsed.GetValue(arguments) ?? [], .. parsed.UnmatchedTokens];
            var summaries = BenchmarkSwitcher.FromAssembly(typeof(BenchCommand).Assembly).Run(passed.Length == 0 ? ["--filter", "*"] : passed, config);
            return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
        });
        return command;
    }
}
