namespace Kernels.Scheduling;

/// <summary>A graph could not be planned or a plan could not be run; the message names what, where, and the way out.</summary>
public sealed class SchedulingException : Exception
{
    /// <summary>Creates the exception.</summary>
    public SchedulingException(string message) : base(message)
    {
    }
}
