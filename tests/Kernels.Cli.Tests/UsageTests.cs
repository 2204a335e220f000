using Kernels.Cli.Tests.Running;
using Xunit;

namespace Kernels.Cli.Tests;

public class UsageTests
{
    [Theory]
    [InlineData("--threads", "0", "'0'", "from 1 to")]
    [InlineData("--threads", "-1", "'-1'", "from 1 to")]
    [InlineData("--threads", "many", "'many'", "whole number")]
    [InlineData("--threads", "99999999999", "'99999999999'", "to 1024")]
    [InlineData("--max-tokens", "-1", "'-1'", "from 0 to")]
    [InlineData("--max-tokens", "1.5", "'1.5'", "whole number")]
    [InlineData("--temperature", "NaN", "'NaN'", "0 or more")]
    [InlineData("--temperature", "-0.1", "'-0.1'", "0 or more")]
    [InlineData("--temperature", "Infinity", "'Infinity'", "0 or more")]
    [InlineData("--temperature", "1,5", "'1,5'", "0 or more")]
    [InlineData("--top-p", "0", "'0'", "above 0 and at most 1")]
    [InlineData("--top-p", "1.01", "'1.01'", "above 0 and at most 1")]
    [InlineData("--top-p", "NaN", "'NaN'", "above 0 and at most 1")]
    [InlineData("--seed", "-3", "'-3'", "whole number")]
    [InlineData("--device", "cuda:-1", "'cuda:-1'", "auto, cpu, opencl, cuda, simulator")]
    [InlineData("--device", "tpu", "'tpu'", "auto, cpu, opencl, cuda, simulator")]
    [InlineData("--attention", "psychic", "'psychic'", "dense")]
    [InlineData("--weights", "3:4", "'3:4'", "2:4")]
    public void A_value_out_of_range_is_a_usage_error(string option, string value, params string[] parts) =>
        Refusal.AssertRefused(InProcess.Run("run", "--prompt", "x", option, value), 2, [option, .. parts]);

    [Theory]
    [InlineData("run", "--frobnicate")]
    [InlineData("run", "stray")]
    [InlineData("trun")]
    [InlineData("run", "--threads")]
    [InlineData("run", "--threads", "1", "--threads", "2")]
    [InlineData("run", "--prompt", "a", "--prompt-file", "b")]
    [InlineData("run", "--model", "/somewhere")]
    [InlineData("evaluate")]
    [InlineData("classify", "--image", "a.png")]
    [InlineData("classify", "--model", "a", "--image", "a.png", "--pattern", "group:4")]
    [InlineData("average", "--model", "a", "--model", "b")]
    [InlineData("average", "--model", "a", "--out", "b")]
    [InlineData("average", "--model", "a", "--model", "", "--out", "b")]
    [InlineData("devices", "--prompt", "x")]
    public void A_malformed_command_line_is_a_usage_error(params string[] arguments) =>
        Refusal.AssertRefused(InProcess.Run(arguments), 2, "--");

    [Fact]
    public void A_prompt_may_look_like_a_response_file() =>
        Refusal.AssertRefused(InProcess.Run("run", "--prompt", "@nothing", "--model", "/no/such/folder"), 1, "/no/such/folder");

    [Theory]
    [InlineData("--help")]
    [InlineData("run", "--help")]
    [InlineData("evaluate", "-h")]
    [InlineData("inspect", "attention", "--help")]
    [InlineData("devices", "-?")]
    [InlineData("catalog", "-?")]
    [InlineData("classify", "--help")]
    public void Help_shows_examples_and_succeeds(params string[] arguments)
    {
        var outcome = InProcess.Run(arguments).Succeeded();
        Assert.Contains("Usage:\n  kernels", outcome.Output);
        Assert.Contains("Examples:\n  kernels", outcome.Output);
    }

    [Fact]
    public void Every_example_of_the_help_parses()
    {
        foreach (var command in new[] { "", "run", "evaluate", "compress", "average", "classify", "inspect", "inspect attention", "devices" })
        {
            var help = InProcess.Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]).Output;
            var examples = help[(help.IndexOf("Examples:", StringComparison.Ordinal) + 9)..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.NotEmpty(examples);
            foreach (var example in examples) Assert.Equal([], CommandLine.ErrorsOf(example));
        }
    }

    [Fact]
    public void Version_is_one_line()
    {
        var outcome = InProcess.Run("--version").Succeeded();
        Assert.Matches(@"^\d+\.\d+\.\d+\S*\n$", outcome.Output);
    }
}
