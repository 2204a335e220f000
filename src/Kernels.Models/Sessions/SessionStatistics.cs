namespace Kernels.Models;

/// <summary>What a session did so far.</summary>
/// <param name="PrefillTokens">Prompt tokens read.</param>
/// <param name="PrefillSeconds">Time they took.</param>
/// <param name="AttentionDensity">Share of dense attention's pairs the prompt visited, 0 to 1.</param>
/// <param name="DecodeTokens">Tokens fed back one at a time.</param>
/// <param name="DecodeSeconds">Time they took.</param>
public readonly record struct SessionStatistics(
    int PrefillTokens, double PrefillSeconds, double AttentionDensity, int DecodeTokens, double DecodeSeconds)
{
    /// <summary>Prompt tokens a second; 0 where none were read.</summary>
    public double PrefillTokensPerSecond => PrefillSeconds > 0 ? PrefillTokens / PrefillSeconds : 0;

    /// <summary>Tokens fed back a second; 0 where none were.</summary>
    public double DecodeTokensPerSecond => DecodeSeconds > 0 ? DecodeTokens / DecodeSeconds : 0;
}
