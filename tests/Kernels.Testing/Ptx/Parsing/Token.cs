namespace Kernels.Testing.Ptx;

/// <summary>A token and the line, counted from 1, it stands on.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Line);
