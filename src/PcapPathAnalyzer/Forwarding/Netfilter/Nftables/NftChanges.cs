using PcapPathAnalyzer.Dumps.Nftables;

namespace PcapPathAnalyzer.Forwarding.Netfilter.Nftables;

/// <summary>Executes <c>set</c> statements: marks of the packet and of its connection.</summary>
internal static class NftChanges
{
    /// <summary>The packet afterwards; null where what it becomes cannot be told.</summary>
    /// <param name="isMatch">False where the value is absent (a map without the key): the rule does not match.</param>
    public static PacketState? Apply(NftSetField set, PacketState packet, NftExpressionReader reader, out bool isMatch)
    {
        var value = reader.Read(set.Value, packet);
        isMatch = value != NftReading.Absent;
        if (!isMatch)
            return packet;
        if (value is not NftNumberReading { Open: 0, Value: <= uint.MaxValue } number)
            return null;
        return set.Field.Name switch
        {
            "ct zone" or "ct original zone" or "ct reply zone" => ConntrackTargets.Zone(packet, (int)number.Value, set.Field.Name != "ct reply zone", set.Field.Name != "ct original zone"),
            "meta mark" => packet with { Mark = (uint)number.Value },
            "ct mark" => packet.Connection is { } c ? packet with { Connection = c with { Mark = (uint)number.Value } } : packet,
            "ip ttl" or "ip6 hoplimit" => packet with { Ttl = (int)number.Value },
            "ip dscp" or "ip6 dscp" => packet with { TrafficClass = (byte)((packet.TrafficClass & 3) | ((int)number.Value << 2)) },
            _ => null,
        };
    }
}
