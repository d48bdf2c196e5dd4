namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>Every match and target extension the program knows, by its word. A new one is one entry in its family's file.</summary>
internal static class Extensions
{
    public static readonly Dictionary<string, Extension>.AlternateLookup<ReadOnlySpan<char>> Matches = Index(
        [.. PortMatches.All, .. IcmpMatches.All, .. ConntrackMatches.All, .. MarkMatches.All, .. AddressMatches.All, .. HeaderMatches.All, .. ChanceMatches.All, .. Ip6HeaderMatches.All, .. UnknowableMatches.All]);

    public static readonly Dictionary<string, Extension>.AlternateLookup<ReadOnlySpan<char>> Targets = Index(
        [.. VerdictTargets.All, .. NatTargets.All, .. MarkTargets.All, .. HeaderTargets.All, .. ContinueTargets.All]);

    private static Dictionary<string, Extension>.AlternateLookup<ReadOnlySpan<char>> Index(Extension[] extensions) =>
        extensions.ToDictionary(e => e.Name, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
}
