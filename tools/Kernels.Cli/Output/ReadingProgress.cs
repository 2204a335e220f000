using Spectre.Console;

namespace Kernels.Cli.Output;

/// <summary>A progress bar on the error stream while tokens are read; nothing where no person watches.</summary>
internal static class ReadingProgress
{
    /// <summary>Does <paramref name="work"/>, which reports how many tokens it has read so far.</summary>
    /// <param name="terminal">Where to draw.</param>
    /// <param name="what">What is read.</param>
    /// <param name="tokens">Tokens in all.</param>
    /// <param name="work">The work.</param>
    public static void Show(Terminal terminal, string what, long tokens, Action<IProgress<int>?> work)
    {
        if (!terminal.ErrorIsInteractive)
        {
            work(null);
            return;
        }

        Consoles.On(terminal.Error, interactive: true).Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(what), maxValue: tokens);
                work(new Bar(task));
            });
    }

    private sealed class Bar(ProgressTask task) : IProgress<int>
    {
        public void Report(int value) => task.Value = value;
    }
}
