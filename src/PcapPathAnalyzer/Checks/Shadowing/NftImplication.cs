using PcapPathAnalyzer.Dumps.Nftables;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Checks.Shadowing;

/// <summary>Whether every packet that one rule of nftables takes is a packet that another would take: a proof, so "no" means "not provable".</summary>
internal static class NftImplication
{
    /// <summary>True where each condition of <paramref name="earlier"/> follows from some condition of <paramref name="later"/>.</summary>
    public static bool Covers(NftRule earlier, NftRule later)
    {
        // Behind a change, conditions are about the changed packet.
        var given = later.Statements.TakeWhile(static s => s is not (NftSetField or NftNotrack)).OfType<NftMatch>().ToList();
        return earlier.Statements.OfType<NftMatch>().All(condition => given.Exists(g => Implies(g, condition)));
    }

    private static bool Implies(NftMatch given, NftMatch condition) =>
        IsSame(given.Left, condition.Left) ? NftValueSet.Of(given) is { } inner && NftValueSet.Of(condition) is { } outer && inner.IsWithin(outer) : FollowsFromHeader(given, condition);

    // "tcp dport 80" is only true of TCP, "ip saddr" of IPv4.
    private static bool FollowsFromHeader(NftMatch given, NftMatch condition)
    {
        if (given.Left is not NftField field || condition is not { Left: NftField asked, Comparison: NftComparison.Implicit or NftComparison.Equal })
            return false;
        var header = field.Name[..field.Name.IndexOf(' ')];
        ulong? value = asked.Name switch
        {
            "meta l4proto" => header is "tcp" or "udp" or "sctp" or "icmp" && IpProtocols.TryParse(header, out var protocol) ? (ulong)protocol : null,
            "meta nfproto" => header switch { "ip" => 2, "ip6" => 10, _ => null },
            _ => null,
        };
        return value is { } v && NftValueSet.Of(condition) is { } outer && NftValueSet.Of(new NftMatch("", asked, NftComparison.Implicit, new NftNumber(v), null))!.IsWithin(outer);
    }

    // What depends on chance or on the moment is never the same twice.
    private static bool IsSame(NftExpression a, NftExpression b) => (a, b) switch
    {
        (NftField x, NftField y) => x.Name == y.Name && x.Name is not "meta random",
        (NftFib x, NftFib y) => x.Result == y.Result && x.Keys.SequenceEqual(y.Keys),
        (NftConstant x, NftConstant y) => x.Value == y.Value,
        (NftOperation x, NftOperation y) => x.Operator == y.Operator && IsSame(x.Left, y.Left) && IsSame(x.Right, y.Right),
        (NftConcatenation x, NftConcatenation y) => x.Parts.Count == y.Parts.Count && x.Parts.Zip(y.Parts).All(static p => IsSame(p.First, p.Second)),
        _ => false,
    };
}
