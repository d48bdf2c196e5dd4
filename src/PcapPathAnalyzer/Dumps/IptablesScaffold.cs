using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps;

internal sealed class IptablesScaffold : IDumpReader
{
    public string Kind => "iptables-save";

    public int Recognise(DumpText text) => text.Lines.Any(static l => l is "*nat" or "*filter" or "*mangle" or "*raw" or "*security") && text.Lines.Any(static l => l.StartsWith(':')) ? 90 : 0;

    public void Read(DumpText text, DumpDocument document)
    {
        Read(text, [.. text.Lines], document);
        if (text.IsCut)
            document.Add(new Problem(Severity.Warning, "unreadable-input", text.At(text.Count - 1), "cut short: " + text[text.Count - 1]));
    }

    private static void Read(DumpText text, string[] lines, DumpDocument d)
    {
        string? table = null; Dictionary<string, (string? Policy, SourceLocation At, List<IptablesRule> Rules)> chains = []; var start = 0;
        for (var n = 0; n < lines.Length; n++)
        {
            var l = lines[n].TrimEnd(); var at = text.At(n);
            if (l.StartsWith('*')) { table = l[1..]; chains = []; start = n; }
            else if (l.StartsWith(':') && l.Contains(' ')) { var w = l[1..].Split(' '); chains[w[0]] = (w[1] == "-" ? null : w[1], at, []); }
            else if (l.StartsWith("-A ", StringComparison.Ordinal) && table is not null)
            {
                var rule = Parse(at, l);
                if (!chains.ContainsKey(rule.Chain)) chains[rule.Chain] = (null, at, []);
                chains[rule.Chain].Rules.Add(rule);
            }
            if ((l == "COMMIT" || n == lines.Length - 1) && table is not null)
            {
                d.Add(new IptablesTable { Location = text.At(start), Name = table, Chains = chains.ToDictionary(c => c.Key, c => new IptablesChain { Name = c.Key, Location = c.Value.At, Policy = c.Value.Policy, Rules = c.Value.Rules }) });
                table = null;
            }
        }
    }

    private static List<string> Words(string l)
    {
        var r = new List<string>(); var b = new System.Text.StringBuilder(); var q = false; var any = false;
        for (var i = 0; i < l.Length; i++)
        {
            var c = l[i];
            if (c == '\\' && q && i + 1 < l.Length) { b.Append(l[++i]); continue; }
            if (c == '"') { q = !q; any = true; continue; }
            if (c == ' ' && !q) { if (b.Length > 0 || any) r.Add(b.ToString()); b.Clear(); any = false; continue; }
            b.Append(c);
        }
        if (b.Length > 0 || any) r.Add(b.ToString());
        return r;
    }

    private static (uint V, uint M) Mark(string s) { var p = s.Split('/'); uint U(string x) => x.StartsWith("0x") ? Convert.ToUInt32(x[2..], 16) : uint.Parse(x); return (U(p[0]), p.Length > 1 ? U(p[1]) : uint.MaxValue); }

    private static IptablesRule Parse(SourceLocation at, string line)
    {
        var w = Words(line); var m = new List<RuleMatch>(); RuleTarget? t = null; string? comment = null; var neg = false; var proto = IpProtocol.HopByHop;
        string chain = w[1];
        for (var i = 2; i < w.Count; i++)
        {
            var o = w[i]; string Next() => i + 1 < w.Count ? w[++i] : "";
            if (o == "!") { neg = true; continue; }
            var text = o;
            switch (o)
            {
                case "-s": case "-d": { var v = Next(); m.Add(new AddressMatch(o == "-s", IpPrefix.Parse(v)) { Negated = neg, Text = o + " " + v }); break; }
                case "-i": case "-o": { var v = Next(); m.Add(new InterfaceMatch(o == "-i", v) { Negated = neg, Text = o + " " + v }); break; }
                case "-p": { var v = Next(); _ = IpProtocols.TryParse(v, out proto) ? 1 : 0; m.Add(new ProtocolMatch(proto) { Negated = neg, Text = o + " " + v }); break; }
                case "-m": { var v = Next(); if (v is not ("comment" or "tcp" or "udp" or "icmp" or "mark" or "addrtype" or "conntrack" or "statistic" or "multiport" or "state")) m.Add(new UnknowableMatch(v, false) { Text = v }); continue; }
                case "--comment": comment = Next(); m.Add(new CommentMatch(comment) { Text = o }); break;
                case "--dport": case "--sport": { var v = Next(); var p = v.Split(':'); m.Add(new PortMatch(o == "--dport" ? PortSide.Destination : PortSide.Source, [(ushort.Parse(p[0]), ushort.Parse(p[^1]))]) { Negated = neg, Text = text }); break; }
                case "--mark": { var (v, k) = Mark(Next()); m.Add(new MarkMatch(false, v, k) { Negated = neg, Text = text }); break; }
                case "--dst-type": case "--src-type": m.Add(new AddressTypeMatch(o == "--src-type", Next().Split(',')) { Negated = neg, Text = text }); break;
                case "--ctstate": case "--state": m.Add(new ConntrackStateMatch(Next().Split(',')) { Negated = neg, Text = text }); break;
                case "--mode": Next(); continue;
                case "--probability": m.Add(new StatisticMatch(double.Parse(Next())) { Negated = neg, Text = text }); break;
                case "-j":
                    var name = Next();
                    t = name switch { "ACCEPT" or "DROP" => new VerdictTarget { Name = name }, "RETURN" => new ReturnTarget { Name = name }, "REJECT" => new RejectTarget("icmp-port-unreachable") { Name = name }, "DNAT" => new NatTarget(NatKind.Dnat) { Name = name }, "MASQUERADE" => new NatTarget(NatKind.Masquerade) { Name = name }, "MARK" => new MarkTarget(0, 0) { Name = name }, _ => new JumpTarget(false) { Name = name } };
                    break;
                case "--to-destination": { var v = Next().Split(':'); t = new NatTarget(NatKind.Dnat) { Name = "DNAT", FirstAddress = IpAddress.Parse(v[0]), LastAddress = IpAddress.Parse(v[0]), FirstPort = v.Length > 1 ? ushort.Parse(v[1]) : (ushort)0, LastPort = v.Length > 1 ? ushort.Parse(v[1]) : (ushort)0 }; break; }
                case "--set-xmark": { var (v, k) = Mark(Next()); t = new MarkTarget(k, v) { Name = "MARK" }; break; }
                case "--reject-with": t = new RejectTarget(Next()) { Name = "REJECT" }; break;
                case "--random-fully": t = new NatTarget(NatKind.Masquerade) { Name = "MASQUERADE", RandomFully = true }; break;
                default: break;
            }
            neg = false;
        }
        return new IptablesRule { Location = at, Chain = chain, Text = line, Matches = m, Target = t, Comment = comment };
    }
}
