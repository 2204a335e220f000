using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace Kernels.Cli.Commands;

/// <summary>Options whose refusals name the option, the value received and what is allowed.</summary>
internal static class Options
{
    /// <summary>A whole number from <paramref name="minimum"/> to <paramref name="maximum"/>; absent gives <paramref name="fallback"/>.</summary>
    public static Option<T> WholeNumber<T>(string name, string helpName, string description, T minimum, T maximum, T fallback)
        where T : struct, IBinaryInteger<T> =>
        Parsed(name, helpName, description, fallback, text =>
        {
            var parsed = T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value);
            return parsed && value >= minimum && value <= maximum
                ? (value, null)
                : (default, $"{name} is '{text}'; it must be a whole number from {minimum} to {maximum}");
        });

    /// <summary>A finite number for which <paramref name="allowed"/> holds; absent gives <paramref name="fallback"/>.</summary>
    public static Option<float> Number(
        string name, string helpName, string description, float fallback, Func<float, bool> allowed, string requirement) =>
        Parsed(name, helpName, description, fallback, text =>
        {
            var parsed = float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value);
            return parsed && float.IsFinite(value) && allowed(value)
                ? (value, null)
                : (default, $"{name} is '{text}'; it must be {requirement}");
        });

    /// <summary>One of <paramref name="choices"/>, or what <paramref name="alsoAllowed"/> says; absent gives null or <paramref name="fallback"/>.</summary>
    public static Option<string?> Choice(
        string name, string description, IReadOnlyList<string> choices, string? fallback = null, Func<string, bool>? alsoAllowed = null)
    {
        var option = Parsed(name, string.Join('|', choices), description, fallback, text =>
            choices.Contains(text, StringComparer.Ordinal) || alsoAllowed?.Invoke(text) == true
                ? (text, (string?)null)
                : (null, $"{name} is '{text}'; it must be one of {string.Join(", ", choices)}"));
        option.CompletionSources.Add([.. choices]);
        return option;
    }

    /// <summary>Any text; absent gives null.</summary>
    public static Option<string?> Text(string name, string helpName, string description) =>
        new(name) { HelpName = helpName, Description = description };

    /// <summary>Any text, as often as the option is given.</summary>
    public static Option<string[]> Texts(string name, string helpName, string description) =>
        new(name) { HelpName = helpName, Description = description, Arity = ArgumentArity.OneOrMore };

    /// <summary>Present or not.</summary>
    public static Option<bool> Flag(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.Zero };

    private static Option<T> Parsed<T>(
        string name, string helpName, string description, T fallback, Func<string, (T Value, string? Error)> parse) =>
        new(name)
        {
            HelpName = helpName,
            Description = description,
            DefaultValueFactory = _ => fallback,
            CustomParser = result =>
            {
                var (value, error) = parse(result.Tokens[^1].Value);
                if (error is not null) result.AddError(error);
                return value;
            },
        };
}
