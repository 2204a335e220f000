namespace Kernels.Gpu.Commands;

/// <summary>What the process returns.</summary>
internal enum ExitCode
{
    /// <summary>Every kernel was right and every row ran or says why not.</summary>
    Done = 0,

    /// <summary>A kernel gave a wrong answer, or the figures could not be written.</summary>
    Failed = 1,

    /// <summary>A mistake on the command line.</summary>
    Usage = 2,

    /// <summary>The device is missing; nothing ran.</summary>
    NoDevice = 3,
}
