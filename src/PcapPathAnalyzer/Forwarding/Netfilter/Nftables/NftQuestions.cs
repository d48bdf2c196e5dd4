using PcapPathAnalyzer.Dumps.Nftables;

namespace PcapPathAnalyzer.Forwarding.Netfilter.Nftables;

/// <summary>The questions that matches are where dumps leave them open. That one is not equal is a question of its own: a packet that has no such field answers no to both.</summary>
internal static class NftQuestions
{
    private static readonly HashSet<string> OfEndpoints = ["ip saddr", "ip daddr", "ip6 saddr", "ip6 daddr", "ip protocol", "ip6 nexthdr", "meta l4proto", "meta nfproto", "meta protocol", "meta skuid", "meta skgid", "meta cgroup", "meta time", "meta day", "meta hour", "tcp flags"];
    private static readonly string[] SteadyPayload = ["@", "tcp option", "sctp chunk", "socket", "jhash", "symhash"];
    private static readonly string[] Steady = ["rt", "rt0", "ipsec", "osf", "exthdr", "hbh", "dst", "frag", "mh"];

    /// <summary>Null where the next asking may be answered otherwise (a generated number, a counter of the connection, a set that packets fill), and for what is not known.</summary>
    /// <param name="place">The namespace.</param>
    /// <param name="table">Whose named sets the match may ask.</param>
    /// <param name="match">Left open.</param>
    /// <param name="packet">As the match sees it.</param>
    public static OpenQuestion? Of(string place, string table, NftMatch match, PacketState packet)
    {
        var isOfEndpoints = true;
        if (!IsSteady(match.Left, ref isOfEndpoints))
            return null;
        return new OpenQuestion(match.Set is { Name: not null } ? $"{place} {table}" : place, match.Text, isOfEndpoints ? OpenQuestion.Endpoints(packet) : OpenQuestion.Whole(packet));
    }

    private static bool IsSteady(NftExpression expression, ref bool isOfEndpoints)
    {
        switch (expression)
        {
            case NftField { Name: var name }:
                isOfEndpoints &= OfEndpoints.Contains(name) || name.EndsWith(" sport", StringComparison.Ordinal) || name.EndsWith(" dport", StringComparison.Ordinal);
                return name is not ("meta random" or "meta cpu" or "ct expiration") && !(name.StartsWith("ct ", StringComparison.Ordinal) && name.Split(' ')[^1] is "packets" or "bytes" or "avgpkt");
            case NftFib:
                isOfEndpoints = false;
                return true;
            case NftConstant:
                return true;
            case NftConcatenation c:
                foreach (var part in c.Parts)
                {
                    if (!IsSteady(part, ref isOfEndpoints))
                        return false;
                }

                return true;
            case NftOperation o:
                return IsSteady(o.Left, ref isOfEndpoints) && IsSteady(o.Right, ref isOfEndpoints);
            case NftOpaque { Text: var text } when Array.Exists(SteadyPayload, s => text.StartsWith(s, StringComparison.Ordinal)):
                isOfEndpoints &= !text.StartsWith("@nh", StringComparison.Ordinal) && !text.StartsWith("@ll", StringComparison.Ordinal);
                return true;
            case NftOpaque { Text: var text }:
                isOfEndpoints = false;
                return Array.IndexOf(Steady, text.Split(' ')[0]) >= 0;
            default:
                return false;
        }
    }
}
