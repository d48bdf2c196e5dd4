namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>POSTROUTING, then out (ip_output). A forwarded packet's rules still see the device it came in by: so the kernel does since 5.7.</summary>
internal static class Postrouting
{
    public static IEnumerable<Branch> Run(WalkContext context, Branch branch) =>
        // IPv4 copies what is for a group before the hook, IPv6 after it; the copy is asked at the hook in any case.
        branch.Packet.Tuple.Destination.IsIpv4 ? OwnCopy.Of(branch, Out, Back) : Ask(context, branch).SelectMany(static b => b.Verdict is null ? OwnCopy.Of(b, Mtu.Run, Back) : [b]);

    private static IEnumerable<Branch> Out(WalkContext context, Branch branch) => Ask(context, branch).Select(static b => b.Then(Mtu.Run));

    private static IEnumerable<Branch> Back(WalkContext context, Branch branch) => Ask(context, branch).Select(static b => b.Then(OwnCopy.Receive));

    private static IReadOnlyList<Branch> Ask(WalkContext context, Branch branch) => NetfilterHook.Run(context, branch, "POSTROUTING");
}
