using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Ipvs;

/// <summary>net.ipv4.vs.conntrack: do IPVS's connections stay conntrack's? 0 unless somebody asks for it (Documentation/networking/ipvs-sysctl.rst); kube-proxy does.</summary>
internal static class ConntrackSetting
{
    private const string Name = "net.ipv4.vs.conntrack";

    /// <summary>The branch, of which conntrack knows nothing any more where the parameter is 0 (ip_vs_notrack); with a condition where it was not dumped.</summary>
    public static Branch Apply(Branch b)
    {
        if (b.Packet.Connection is null)
            return b;
        b = Take(b, out var isTracked);
        return isTracked ? b : b with { Packet = b.Packet with { Connection = null, ConntrackState = "UNTRACKED", IsDestinationTranslated = false, IsSourceTranslated = false } };
    }

    private static Branch Take(Branch b, out bool isTracked)
    {
        if (Sysctl.Number(b.Namespace, Name) is { } setting)
        {
            isTracked = setting.Value != 0;
            return b;
        }

        isTracked = b.Namespace.Interface(ServiceHook.KubeDevice) is not null;
        return b.If($"{Name} of {b.Namespace.Name} is {(isTracked ? "1, as kube-proxy sets it" : "0, as it is by default")} (not dumped)", isUsual: true);
    }
}
