using PcapPathAnalyzer.Dumps.Nftables;

namespace PcapPathAnalyzer.Forwarding.Netfilter.Nftables;

/// <summary>Answers a rule's matches for a packet.</summary>
internal static class NftMatches
{
    /// <summary>The answer, and where a generated number leaves it open, how likely it is.</summary>
    public static (Answer Answer, double? Chance) Ask(NftMatch match, PacketState packet, NftExpressionReader reader)
    {
        var reading = reader.Read(match.Left, packet);
        if (reading == NftReading.Absent)
            return (Answer.No, null);
        if (match.Set is { } set)
            return (Set(match, set, reading, reader), null);
        if (NftComparisons.Chance(reading, match.Comparison, match.Value!) is { } chance)
            return (chance <= 0 ? Answer.No : chance >= 1 ? Answer.Yes : Answer.Unknown, chance);
        var isBits = match.Left is NftField { Type: var type } && NftTypes.IsBits(type);
        return (NftComparisons.Compare(reading, match.Comparison, match.Value!, isBits), null);
    }

    private static Answer Set(NftMatch match, NftSetOperand set, NftReading reading, NftExpressionReader reader)
    {
        if (reader.Elements(set) is not { } elements || reader.IsFilledByPackets(set))
            return Answer.Unknown;
        var answer = NftLookups.Contains(reading, elements);
        return match.Comparison == NftComparison.NotEqual ? NftComparisons.Not(answer) : answer;
    }
}
