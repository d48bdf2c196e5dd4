namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>POSTROUTING, then out (ip_output). A forwarded packet's rules still see the device it came in by: so the kernel does since 5.7.</summary>
internal static class Postrouting
{
    public static IEnumerable<Branch> Run(WalkContext context, Branch branch)
    {
        foreach (var b in NetfilterHook.Run(context, branch, "POSTROUTING"))
            yield return b.Verdict is null ? b.Then(Mtu.Run) : b;
    }
}
