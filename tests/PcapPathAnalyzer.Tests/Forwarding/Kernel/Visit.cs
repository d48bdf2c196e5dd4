using System.Globalization;
using System.Text.RegularExpressions;
using PcapPathAnalyzer.Forwarding;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>A packet's way through one built-in chain: what it looked like, and the rules that matched, the policy last where it decided.</summary>
/// <param name="Header">Addresses, ports, TTL and mark as the chain saw them; ports that cannot be known from dumps as a range.</param>
internal sealed record ChainRun(string Header, List<string> Events)
{
    public override string ToString() => string.Concat(Events.Prepend($"[{Header}]").Select(e => $"\n    {e}"));
}

/// <summary>A packet's way through the hooks of one namespace.</summary>
internal sealed record Visit(string Namespace, List<ChainRun> Chains)
{
    public IEnumerable<string> Events => Chains.SelectMany(c => c.Events);

    public override string ToString() => $"  {Namespace}{string.Concat(Chains)}";
}

/// <summary>Visits as the kernel traced them (xtables-monitor(8)).</summary>
internal static partial class TracedVisits
{
    public static List<Visit> Read(string ns, IReadOnlyList<string> lines)
    {
        var visits = new List<Visit>();
        var open = new Dictionary<string, Visit>();
        foreach (var line in lines)
        {
            if (Packet().Match(line) is { Success: true } p)
            {
                // The chain that switches tracing on is the first a packet meets.
                if (p.Groups["family"].Value == "1")
                    visits.Add(open[p.Groups["id"].Value] = new Visit(ns, []));
                else if (open.TryGetValue(p.Groups["id"].Value, out var visit))
                    visit.Chains.Add(new ChainRun(Header(line), []));
            }
            else if (Rule().Match(line) is { Success: true } r)
            {
                if (open.TryGetValue(r.Groups["id"].Value, out var visit) && visit.Chains.Count > 0)
                    visit.Chains[^1].Events.Add($"{r.Groups["table"]} {r.Groups["chain"]} {r.Groups["rule"].Value.Trim()}");
            }
            else if (Policy().Match(line) is { Success: true } c && open.TryGetValue(c.Groups["id"].Value, out var visit) && visit.Chains.Count > 0)
            {
                visit.Chains[^1].Events.Add($"{c.Groups["table"]} {c.Groups["chain"]} policy {c.Groups["policy"]}");
            }
        }

        return visits;
    }

    private static string Header(string line)
    {
        var ttl = Value("TTL") is { Length: > 0 } t ? t : Value("HOPLIMIT");
        var mark = Value("MARK") is { Length: > 2 } m ? uint.Parse(m.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : 0;
        return HeaderText.Of(Value("SRC"), Value("SPORT"), Value("DST"), Value("DPORT"), ttl, mark, Value("IN"), Value("OUT"));

        string Value(string name)
        {
            var at = line.IndexOf($" {name}=", StringComparison.Ordinal);
            return at < 0 ? "" : line[(at + name.Length + 2)..].Split(' ', 2)[0];
        }
    }

    [GeneratedRegex(@"^PACKET: (?<family>\d+) (?<id>\w+) ")]
    private static partial Regex Packet();

    [GeneratedRegex(@"TRACE: \S+ (?<id>\w+) (?<table>\w+):(?<chain>\S+?):rule:0x\w+:\S+\s+-[46] -t \w+ (?<rule>-A .*)$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"TRACE: \S+ (?<id>\w+) (?<table>\w+):(?<chain>\S+?):policy:(?<policy>\w+)")]
    private static partial Regex Policy();
}

/// <summary>Visits as a walk predicts them.</summary>
internal static class WalkedVisits
{
    public static List<Visit> Of(WalkPath path) => [.. Of(path.Steps).Concat(Of(path.Reply)).Where(v => v.Chains.Count > 0)];

    private static IEnumerable<Visit> Of(IReadOnlyList<PathStep> steps)
    {
        Visit? visit = null;
        PathStep? last = null;
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

            if (isNetfilter)
            {
                var run = $"{step.Hook} {step.Table}";
                if (last is null || isNew || visit!.Chains.Count == 0 || $"{last.Hook} {last.Table}" != run || last.Kind is not (StepKind.Rule or StepKind.Policy))
                    visit!.Chains.Add(new ChainRun(HeaderText.Of(step), []));
                visit.Chains[^1].Events.Add(step.Kind == StepKind.Policy ? $"{step.Table} {step.Chain} policy {step.Text.Split(' ')[1]}" : $"{step.Table} {step.Chain} {step.Text}");
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
