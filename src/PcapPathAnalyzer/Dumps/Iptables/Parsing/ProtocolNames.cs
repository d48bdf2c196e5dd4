using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>Protocols as protocols(5) names them, beyond the names that the program uses itself.</summary>
internal static class ProtocolNames
{
    private static readonly Dictionary<string, byte> Others = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ip"] = 0, ["ggp"] = 3, ["st"] = 5, ["egp"] = 8, ["igp"] = 9, ["pup"] = 12, ["hmp"] = 20, ["xns-idp"] = 22, ["rdp"] = 27, ["iso-tp4"] = 29, ["dccp"] = 33, ["xtp"] = 36,
        ["ddp"] = 37, ["idpr-cmtp"] = 38, ["idrp"] = 45, ["rsvp"] = 46, ["ipsec-esp"] = 50, ["ipsec-ah"] = 51, ["skip"] = 57, ["rspf"] = 73, ["vmtp"] = 81, ["eigrp"] = 88,
        ["ax.25"] = 93, ["etherip"] = 97, ["encap"] = 98, ["ipcomp"] = 108, ["l2tp"] = 115, ["isis"] = 124, ["fc"] = 133, ["manet"] = 138, ["hip"] = 139, ["shim6"] = 140, ["wesp"] = 141, ["rohc"] = 142,
    };

    public static bool TryParse(string text, out IpProtocol protocol)
    {
        if (IpProtocols.TryParse(text, out protocol))
            return true;
        if (!Others.TryGetValue(text, out var number))
            return false;
        protocol = (IpProtocol)number;
        return true;
    }
}
