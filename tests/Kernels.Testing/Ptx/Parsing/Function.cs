namespace Kernels.Testing.Ptx;

/// <summary>A kernel or device function.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsEntry">Whether it can be launched.</param>
/// <param name="Results">Return parameters of a device function.</param>
/// <param name="Parameters">Parameters.</param>
/// <param name="MostThreads">Threads of a group it may be launched with (<c>.maxntid</c>), or null.</param>
/// <param name="RequiredThreads">Threads of a group it must be launched with (<c>.reqntid</c>), or null.</param>
/// <param name="Body">Statements; null for a declaration.</param>
/// <param name="Line">Line of the name.</param>
internal sealed record Function(
    string Name, bool IsEntry, IReadOnlyList<Variable> Results, IReadOnlyList<Variable> Parameters,
    int? MostThreads, int? RequiredThreads, IReadOnlyList<Statement>? Body, int Line);
