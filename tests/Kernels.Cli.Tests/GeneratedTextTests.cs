using Kernels.Cli.Output;
using Xunit;

namespace Kernels.Cli.Tests;

public class GeneratedTextTests
{
    [Fact]
    public void Control_characters_do_not_reach_a_terminal()
    {
        Assert.Equal("a\n\tb🙂", GeneratedText.Tame("a\n\tb🙂"));
        Assert.Equal("\uFFFD[31mred\uFFFD\uFFFD\uFFFD", GeneratedText.Tame("\u001b[31mred\r\u0007\u009b"));
    }

    [Fact]
    public void A_terminal_shows_the_end_of_the_prompt_and_a_pipe_does_not()
    {
        var prompt = new string('p', 1000) + "\u001bEND";
        Assert.Equal("[anchor]\n", Begin(prompt, interactive: false));
        var shown = Begin(prompt, interactive: true);
        Assert.Contains("…ppp", shown);
        Assert.Contains("\uFFFDEND", shown);
        Assert.InRange(shown.Length, 200, 300);
    }

    private static string Begin(string prompt, bool interactive)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal { Output = output, Error = TextWriter.Null, Input = () => Stream.Null, OutputIsInteractive = interactive };
        GeneratedText.Begin(terminal, "anchor", prompt);
        return output.ToString();
    }
}
