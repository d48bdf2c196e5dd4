using System.Globalization;
using PcapPathAnalyzer.Decode;

namespace PcapPathAnalyzer.Tests.Decode;

/// <summary>Every systematic difference from tshark, with its reason. Nothing else may differ.</summary>
internal static class AgreementList
{
    public static readonly (string Reason, Func<Difference, bool> Covers)[] Reasons =
    [
        ("tshark 4.0 prints the three reserved bits of TCP with the nine flags", static d => d.Field == "tcp.flags" && SameBelow(d, 0x1FF)),
        ("tshark prints no segment length for fragments and for packets that ICMP errors quote",
            static d => d.Field == "tcp.len" && d.Theirs.Length < d.Ours.Length && Layers(d.Ours) > Layers(d.Theirs)),
        ("where the IP total length lies, tshark shortens the segment to the frame; here the header's word stays, and the fault says that it lies",
            static d => d.Field == "tcp.len" && d.Fault == DecodeFault.BadLength),
        ("tshark reads no sequence number where an ICMP error quotes less than a whole TCP header",
            static d => d.Field == "tcp.seq_raw" && d.Ours.StartsWith(d.Theirs, StringComparison.Ordinal) && d.Protocols.Contains("icmp", StringComparison.Ordinal)),
        ("tshark goes on into the tunnel of a packet that an ICMP error quotes; here the quoted packet is the one the error is about, and its cargo is not read",
            static d => HasQuotedTunnel(d.Protocols) && d.Theirs.StartsWith(d.Ours, StringComparison.Ordinal)),
    ];

    // icmp:ip:udp:vxlan:eth:..., the layers as tshark names them.
    private static bool HasQuotedTunnel(string protocols) =>
        protocols.IndexOf(":icmp", StringComparison.Ordinal) is var icmp and >= 0 && protocols.IndexOf(":vxlan", icmp, StringComparison.Ordinal) > icmp;

    private static int Layers(string values) => values.Length == 0 ? 0 : values.Split(',').Length;

    private static bool SameBelow(Difference d, int mask)
    {
        var ours = d.Ours.Split(',');
        var theirs = d.Theirs.Split(',');
        return ours.Length == theirs.Length && ours.Zip(theirs).All(pair => Hex(pair.First) is { } a && Hex(pair.Second) is { } b && (a & mask) == (b & mask));
    }

    // Null for the empty text of a field that one of the two does not have.
    private static int? Hex(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal) && int.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;
}
