using System.Diagnostics;
using Kernels.Cli.Tests.Running;
using Xunit;

namespace Kernels.Cli.Tests.Readme;

public class CommandsTests
{
    [Fact]
    public void Every_call_of_the_tool_parses()
    {
        var calls = ReadmeFile.Project.Commands.Where(command => command.StartsWith("kernels", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(calls);
        foreach (var call in calls) Assert.Equal([], CommandLine.ErrorsOf(call));
    }

    [Fact]
    public void Every_project_a_command_names_is_there_and_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Kernels.sln")).Replace('\\', '/');
        var projects = ReadmeFile.Project.Text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Trim('`', '.', ','))
            .Where(word => word.StartsWith("tools/Kernels.", StringComparison.Ordinal) || word.StartsWith("perf/Kernels.", StringComparison.Ordinal))
            .Distinct().ToArray();
        Assert.Contains("tools/Kernels.Cli", projects);
        foreach (var project in projects)
        {
            Assert.True(File.Exists(Path.Combine(Repository.Root, project, $"{Path.GetFileName(project)}.csproj")), project);
            Assert.Contains($"{project}/{Path.GetFileName(project)}.csproj", solution);
        }
    }

    [Fact]
    public void The_test_script_may_be_executed_and_has_no_syntax_errors()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Modes of files and bash are not Windows'.");
            return;
        }

        Assert.Contains("tests/run.sh", ReadmeFile.Project.Commands);
        foreach (var script in new[] { "tests/run.sh", ".ci/run" })
        {
            var path = Path.Combine(Repository.Root, script);
            Assert.True(File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute), $"{script} is not executable");
            using var bash = Process.Start("bash", ["-n", path])!;
            bash.WaitForExit();
            Assert.Equal(0, bash.ExitCode);
        }
    }
}
