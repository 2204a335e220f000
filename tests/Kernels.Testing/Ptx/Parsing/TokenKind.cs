namespace Kernels.Testing.Ptx;

/// <summary>What a token of PTX text is.</summary>
internal enum TokenKind
{
    /// <summary>An identifier, opcode, directive or register, modifiers included: <c>ld.shared.f32</c>, <c>%tid.x</c>, <c>.reg</c>.</summary>
    Word,

    /// <summary>A number in any of PTX's notations.</summary>
    Number,

    /// <summary>A quoted string.</summary>
    Text,

    /// <summary>One character of punctuation.</summary>
    Mark,

    /// <summary>The end of the text.</summary>
    End,
}
