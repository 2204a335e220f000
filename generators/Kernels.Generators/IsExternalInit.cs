namespace System.Runtime.CompilerServices;

// netstandard2.0 lacks the marker that records and init accessors compile against.
internal static class IsExternalInit;
