using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>ip rule</c> and <c>ip -6 rule</c> (iproute2 ip/iprule.c, <c>print_rule</c>).</summary>
internal sealed class IpRuleReader : IDumpReader
{
    public string Kind => "ip-rule";

    public int Recognise(DumpText text) => Share.Of(text, static line => IsRule(line));

    /// <summary>The family, which a rule's line seldom tells: the command says it, an address does, or the rule 32767, which only IPv4 has.</summary>
    public static bool IsIpv6(DumpText text)
    {
        if (text.CommandWords.Contains("-6"))
            return true;
        if (text.CommandWords.Contains("-4"))
            return false;
        var hasDefaultTable = false;
        foreach (var line in text.Lines)
        {
            if (line.Contains("::", StringComparison.Ordinal))
                return true;
            hasDefaultTable |= line.Contains("32767", StringComparison.Ordinal);
        }

        return !hasDefaultTable && text.Lines.Any(static l => l.Contains("32766", StringComparison.Ordinal));
    }

    public void Read(DumpText text, DumpDocument document)
    {
        var isIpv6 = IsIpv6(text);
        for (var i = 0; i < text.Count; i++)
        {
            var words = new Words(text[i]);
            if (text.IsBlank(i) || !words.Next())
                continue;
            if (words.Current[^1] != ':' || !long.TryParse(words.Current[..^1], out var priority))
            {
                document.Add(Unknown.Line(this, text, i, words.Column));
                continue;
            }

            var rule = ReadRule(ref words, new PolicyRuleRecord { Location = text.At(i), Priority = priority, IsIpv6 = isIpv6 });
            if (!words.IsBroken)
                document.Add(rule);
            if (words.Fault > 0)
                document.Add(Unknown.Line(this, text, i, words.Fault));
        }
    }

    private static bool IsRule(ReadOnlySpan<char> line)
    {
        var words = new Words(line);
        return words.Next() && words.Current[^1] == ':' && long.TryParse(words.Current[..^1], out _) && words.Next() && words.Current is "from" or "not";
    }

    private static PolicyRuleRecord ReadRule(ref Words words, PolicyRuleRecord rule)
    {
        var details = new Dictionary<string, string>(StringComparer.Ordinal);
        while (words.Next())
        {
            switch (words.Current)
            {
                case "not": rule = rule with { Not = true }; break;
                case "from": rule = rule with { From = TakePrefix(ref words) }; break;
                case "to": rule = rule with { To = TakePrefix(ref words) }; break;
                case "iif": rule = rule with { IncomingInterface = words.Take() }; break;
                case "oif": rule = rule with { OutgoingInterface = words.Take() }; break;
                case "fwmark":
                    if (!words.Next() || !Numbers.TryParseMark(words.Current, out var mark, out var mask))
                        words.Break();
                    else
                        rule = rule with { Mark = mark, MarkMask = mask };
                    break;
                case "lookup" or "table": rule = rule with { Table = words.Take() }; break;
                case "suppress_prefixlength": rule = rule with { SuppressPrefixLength = words.TakeInt() }; break;
                case "ipproto":
                    var name = words.Take();
                    if (IpProtocols.TryParse(name, out var protocol))
                        rule = rule with { Protocol = protocol };
                    else
                        words.Fail();
                    break;
                case "goto":
                    rule = rule with { Action = "goto" };
                    details["goto"] = words.Take();
                    break;
                case "nop" or "blackhole" or "unreachable" or "prohibit" or "masquerade": rule = rule with { Action = words.Current.ToString() }; break;
                case "tos" or "dsfield" or "uidrange" or "sport" or "dport" or "tun_id" or "realms" or "suppress_ifgroup" or "proto" or "protocol" or "map-to" or "flowlabel" or "dscp":
                    var key = words.Current.ToString();
                    details[key] = words.Take();
                    break;
                case "[detached]" or "[unresolved]" or "l3mdev": details[words.Current.Trim("[]").ToString()] = ""; break;
                default:
                    // A selector the program does not know makes the rule match less than the rest of it says.
                    details["not understood"] = words.Current.ToString();
                    words.Fail();
                    break;
            }
        }

        return rule with { Details = details };
    }

    // Null for "all".
    private static IpPrefix? TakePrefix(ref Words words)
    {
        if (words.Next() && words.Current is "all" or "default")
            return null;
        if (IpPrefix.TryParse(words.Current, out var prefix))
            return prefix;
        words.Break();
        return null;
    }
}
