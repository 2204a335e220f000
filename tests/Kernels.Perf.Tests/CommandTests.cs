using Kernels.Perf.Commands;
using Xunit;

namespace Kernels.Perf.Tests;

public class CommandTests
{
    [Theory]
    [InlineData("--only", "nothing", "No row begins with 'nothing'; --list names them.")]
    [InlineData("--threads", "0", "--threads 0: numbers from 1 to ")]
    [InlineData("--threads", "100000", "--threads 100000: numbers from 1 to ")]
    [InlineData("--rounds", "0", "--rounds 0: a number of at least 1")]
    [InlineData("--json", "/no/such/place/x.json", "there is no directory /no/such/place")]
    public void Mistakes_are_named_before_anything_runs(string option, string value, string message)
    {
        var error = Assert.Single(RatiosCommand.Create().Parse([option, value]).Errors);
        Assert.Contains(message, error.Message);
    }

    [Theory]
    [InlineData("--threads", "1,2")]
    [InlineData("--rounds", "many")]
    public void What_is_no_number_is_named(string option, string value) =>
        Assert.Contains(RatiosCommand.Create().Parse([option, value]).Errors, error => error.Message.StartsWith($"{option} {value}: ", StringComparison.Ordinal));

    [Theory]
    [InlineData("--only", "gemm.", "--threads", "1", "--rounds", "3")]
    [InlineData("--list")]
    [InlineData]
    public void Right_arguments_are_taken(params string[] arguments) => Assert.Empty(RatiosCommand.Create().Parse(arguments).Errors);
}
