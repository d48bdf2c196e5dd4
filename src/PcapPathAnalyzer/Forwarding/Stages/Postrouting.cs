namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>POSTROUTING, then out (ip_output).</summary>
internal static class Postrouting
{
    public static IEnumerable<Branch> Run(WalkContext context, Branch branch)
    {
        var packet = branch.Packet with { In = null };
        foreach (var b in NetfilterHook.Run(context, branch with { Packet = packet }, "POSTROUTING"))
            yield return b.Verdict is null ? b.Then(Mtu.Run) : b;
    }
}
