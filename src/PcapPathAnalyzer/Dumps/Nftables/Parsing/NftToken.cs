namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

internal enum NftTokenKind
{
    Word,

    /// <summary>Between double quotes, which are left out.</summary>
    Quoted,

    /// <summary>A brace, bracket, comma, semicolon, comparison or bit operator.</summary>
    Symbol,
    LineEnd,
}

/// <summary>One word of a ruleset.</summary>
/// <param name="Line">Index of its line in the text.</param>
/// <param name="Start">Where it begins in the line, from 0, quotes included.</param>
/// <param name="End">Where it ends in the line.</param>
internal readonly record struct NftToken(string Text, NftTokenKind Kind, int Line, int Start, int End)
{
    public bool Is(string text) => Kind is NftTokenKind.Word or NftTokenKind.Symbol && Text == text;
}
