using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Reports;

/// <summary>A packet in a word or two: its flags, and how many bytes it carries.</summary>
internal static class PacketLabel
{
    private static readonly (TcpFlags Flag, string Name)[] Flags =
        [(TcpFlags.Syn, "SYN"), (TcpFlags.Fin, "FIN"), (TcpFlags.Rst, "RST"), (TcpFlags.Ack, "ACK")];

    public static string Of(Flow flow, Transmission t)
    {
        if (t.IsIcmpError)
            return "ICMP error";
        var bytes = t.PayloadLength > 0 ? $"{t.PayloadLength} B" : "";
        if (flow.Protocol != Primitives.IpProtocol.Tcp)
            return bytes.Length > 0 ? bytes : Primitives.IpProtocols.Keyword(flow.Protocol);
        var names = string.Join(' ', Flags.Where(f => (t.TcpFlags & f.Flag) != 0).Select(f => f.Name));
        var text = bytes.Length == 0 ? names : names is "ACK" or "" ? bytes : $"{names} {bytes}";
        return t.IsRetransmission ? $"{text} again" : text;
    }
}
