using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>A packet's way through one built-in chain: what it looked like, and the rules that matched, the policy last where it decided.</summary>
/// <param name="Header">Addresses, ports, TTL and mark as the chain saw them; ports that cannot be known from dumps as a range.</param>
internal sealed record ChainRun(string Header, List<string> Events)
{
    /// <summary>The header at the first event that is certain, where the first may not have been; null where it was.</summary>
    public string? CertainHeader { get; set; }

    public override string ToString() => string.Concat(Events.Prepend($"[{Header}]").Select(e => $"\n    {e}"));
}

/// <summary>A packet's way through the hooks of one namespace.</summary>
internal sealed record Visit(string Namespace, List<ChainRun> Chains)
{
    public IEnumerable<string> Events => Chains.SelectMany(c => c.Events);

    public override string ToString() => $"  {Namespace}{string.Concat(Chains)}";
}

/// <summary>Visits as the kernel traced them.</summary>
internal static class TracedVisits
{
    /// <summary>The table that switches tracing on: its own rules do not count.</summary>
    public const string Tracing = "inet tracing";

    public static List<Visit> Read(NetworkNamespace ns, IReadOnlyList<TraceEvent> events)
    {
        var visits = new List<Visit>();
        var open = new Dictionary<uint, Visit>();
        foreach (var e in events)
        {
            if (Table(e) == Tracing)
            {
                // The chain that switches tracing on is the first a packet meets.
                if (e.NetworkHeader is not null)
                    visits.Add(open[e.Id] = new Visit(ns.Name, []));
            }
            else if (open.TryGetValue(e.Id, out var visit) || Continued(e, out visit))
            {
                if (e.NetworkHeader is { } header)
                    visit.Chains.Add(new ChainRun(Header(ns, e, header), []));
                if ((e.Kind == TraceKind.Policy || (e.Kind == TraceKind.Rule && e.Handle != 0)) && visit.Chains.Count > 0)
                    visit.Chains[^1].Events.Add(EventText(ns, e));
            }
        }

        return visits;

        // What a bridge hands up to the IP layer gets another identifier (trace_fill_id asks for skb_iif); what begins anew begins with tracing.
        bool Continued(TraceEvent e, [NotNullWhen(true)] out Visit? visit)
        {
            visit = visits.LastOrDefault();
            if (visit is not null)
                open[e.Id] = visit;
            return visit is not null;
        }
    }

    private static string EventText(NetworkNamespace ns, TraceEvent e)
    {
        var nft = ns.NftTables.First(t => $"{t.Family} {t.Name}" == Table(e));
        // iptables knows its tables without their family, and its rules by their place in the chain.
        var iptables = nft.IsOfIptables ? ns.Tables.First(t => t.Name == e.Table && t.IpVersion == (e.Family == 10 ? 6 : 4) && t.Backend == IptablesBackend.Nft) : null;
        var table = iptables?.Name ?? Table(e);
        if (e.Kind == TraceKind.Policy)
            return $"{table} {e.Chain} policy {e.Policy}";
        var rules = nft.Chains[e.Chain].Rules.ToList();
        var index = rules.FindIndex(r => r.Handle == e.Handle);
        return index < 0 ? $"{table} {e.Chain} a rule of handle {e.Handle}, which the dump does not have" : $"{table} {e.Chain} {iptables?.Chains[e.Chain].Rules[index].Text ?? rules[index].Text}";
    }

    private static string Table(TraceEvent e) => $"{e.Family switch { 1 => "inet", 2 => "ip", 10 => "ip6", _ => "?" }} {e.Table}";

    private static string Header(NetworkNamespace ns, TraceEvent e, byte[] ip)
    {
        var isIpv4 = ip[0] >> 4 == 4;
        var protocol = (Primitives.IpProtocol)ip[isIpv4 ? 9 : 6];
        var (source, destination) = isIpv4 ? (new IPAddress(ip.AsSpan(12, 4)), new IPAddress(ip.AsSpan(16, 4))) : (new IPAddress(ip.AsSpan(8, 16)), new IPAddress(ip.AsSpan(24, 16)));
        var ports = protocol is Primitives.IpProtocol.Tcp or Primitives.IpProtocol.Udp or Primitives.IpProtocol.Sctp ? e.TransportHeader : null;
        return HeaderText.Of($"{source}", Port(0), $"{destination}", Port(2), $"{ip[isIpv4 ? 8 : 7]}", e.Mark, ns.Interface(e.In)?.Name, ns.Interface(e.Out)?.Name);

        string Port(int at) => ports is null ? "" : $"{BinaryPrimitives.ReadUInt16BigEndian(ports.AsSpan(at))}";
    }
}

/// <summary>Visits as a walk predicts them.</summary>
internal static class WalkedVisits
{
    public static List<Visit> Of(WalkPath path) => [.. Of(path.Steps).Concat(Of(path.Reply)).Where(v => v.Chains.Count > 0)];

    private static IEnumerable<Visit> Of(IReadOnlyList<PathStep> steps)
    {
        Visit? visit = null;
        PathStep? last = null;
        string? lastRun = null;
        foreach (var step in steps)
        {
            var isNetfilter = step.Kind is StepKind.Rule or StepKind.Policy;
            var isNew = visit is null || last!.Namespace != step.Namespace || last.Depth != step.Depth || step.Kind is StepKind.Send or StepKind.Veth or StepKind.Decapsulate
                || (isNetfilter && step.Hook == "PREROUTING" && visit.Chains.Count > 0 && last.Hook is "POSTROUTING" or "OUTPUT");
            if (isNew)
            {
                if (visit is not null)
                    yield return visit;
                visit = new Visit(step.Namespace, []);
            }

            if (isNew || !isNetfilter)
                lastRun = null;
            // Tables of iptables-legacy leave nothing in the trace.
            if (isNetfilter && step.Table != TracedVisits.Tracing && step.Location?.File.EndsWith("legacy-save", StringComparison.Ordinal) != true)
            {
                var run = $"{step.Hook} {step.Table} {step.BaseChain}";
                if (lastRun != run)
                    visit!.Chains.Add(new ChainRun(HeaderText.Of(step), []));
                else if (visit!.Chains[^1].Events.TrueForAll(static e => e.EndsWith(KernelJudge.Open, StringComparison.Ordinal)))
                    visit.Chains[^1].CertainHeader = HeaderText.Of(step);
                lastRun = run;
                visit!.Chains[^1].Events.Add(step.Kind == StepKind.Policy ? $"{step.Table} {step.Chain} policy {step.Text.TrimEnd(';').Split(' ')[^1].ToUpperInvariant()}" : $"{step.Table} {step.Chain} {step.Text}");
            }

            last = step;
        }

        if (visit is not null)
            yield return visit;
    }
}

/// <summary>One spelling for both.</summary>
internal static class HeaderText
{
    public static string Of(string source, string sourcePort, string destination, string destinationPort, string ttl, uint mark, string? incoming, string? outgoing) =>
        $"{source}:{sourcePort} > {destination}:{destinationPort} ttl {ttl} mark 0x{mark:x} in {incoming} out {outgoing}";

    /// <summary>The packet at a chain's first event. The kernel prints it with that event, when a MARK rule has done its work.</summary>
    public static string Of(PathStep step)
    {
        var p = step.Packet;
        var hasPorts = p.Tuple.Protocol is Primitives.IpProtocol.Tcp or Primitives.IpProtocol.Udp or Primitives.IpProtocol.Sctp;
        return Of($"{p.Tuple.Source}", hasPorts ? Port(p.SourcePorts, p.Tuple.SourcePort) : "", $"{p.Tuple.Destination}", hasPorts ? Port(p.DestinationPorts, p.Tuple.DestinationPort) : "", $"{p.Ttl}", p.Mark, p.In, p.Out);
    }

    private static string Port(PcapPathAnalyzer.Forwarding.Netfilter.PortRange? range, ushort port) => range is { } r ? $"{r}" : $"{port}";

    /// <summary>Same header, a range on the predicted side holding the port that the kernel chose.</summary>
    public static bool Agree(string kernel, string walk)
    {
        var (a, b) = (kernel.Split([' ', ':'], StringSplitOptions.None), walk.Split([' ', ':'], StringSplitOptions.None));
        return a.Length == b.Length && a.Zip(b).All(x => x.First == x.Second || Within(x.First, x.Second));
    }

    private static bool Within(string port, string range) =>
        range.Split('-') is [var first, var last] && int.TryParse(port, out var p) && int.TryParse(first, out var low) && int.TryParse(last, out var high) && p >= low && p <= high;
}
