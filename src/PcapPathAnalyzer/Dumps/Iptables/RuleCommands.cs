using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables.Parsing;

namespace PcapPathAnalyzer.Dumps.Iptables;

/// <summary>Carries out the commands of a ruleset on a table, line by line: <c>-A</c>, <c>-I</c>, <c>-P</c>, <c>-N</c> (iptables(8), COMMANDS).</summary>
internal sealed class RuleCommands(DumpText text, DumpDocument document)
{
    private readonly RuleWords words = new();
    private readonly RuleParser parser = new(document);
    private TableBuilder? table;
    private ChainBuilder? chain;

    /// <summary>The commands that follow are of this table.</summary>
    public void Begin(TableBuilder next)
    {
        table = next;
        chain = null;
        parser.IsIpv6 = next.IpVersion == 6;
    }

    /// <summary><c>:INPUT ACCEPT [12:3456]</c>, as iptables-save declares a chain; user chains have <c>-</c> for a policy.</summary>
    public void Declare(string line, int index)
    {
        words.Split(line, line.IndexOf(':') + 1);
        if (words.Count == 0)
        {
            Say(index, 1, "a chain without a name");
            return;
        }

        var declared = table!.Get(words[0], text.At(index));
        declared.Location = text.At(index);
        if (words.Count > 1)
            declared.Policy = words[1] is "-" ? null : words[1].ToString();
        else
            Say(index, line.Length, "the chain's policy is missing");
        if (words.Count > 2 && Counters.TryRead(words[2], out var packets, out var bytes))
            (declared.Packets, declared.Bytes) = (packets, bytes);
        else if (words.Count > 2)
            Say(index, words.Column(2), "these are no counters");
    }

    /// <summary>A command, perhaps with <c>[12:3456]</c> before it or <c>-c 12 3456</c> in it.</summary>
    public void Read(string line, int index)
    {
        words.Split(line);
        var first = 0;
        long packets = -1, bytes = -1;
        if (words[0] is ['[', ..])
        {
            if (!Counters.TryRead(words[0], out packets, out bytes))
            {
                Say(index, words.Column(0), "these are no counters");
                return;
            }

            first = 1;
        }

        var command = first < words.Count ? words[first] : default;
        if (words.Count < first + 2 || command is not ("-A" or "--append" or "-I" or "--insert" or "-P" or "--policy" or "-N" or "--new-chain"))
        {
            if (command is not ("-F" or "-X" or "-Z" or "--flush" or "--delete-chain" or "--zero"))
                Say(index, words.Column(first), $"'{command}' is no command of a ruleset");
            return;
        }

        var at = text.At(index);
        var name = words[first + 1];
        if (chain is null || !name.SequenceEqual(chain.Name))
            chain = table!.Get(name, at);
        var counted = CountedAt(line, first + 2);
        if (counted > 0 && !Counters.TryRead(words[counted + 1], words[counted + 2], out packets, out bytes))
            Say(index, words.Column(counted), "these are no counters");
        if (command is "-N" or "--new-chain")
        {
            chain.Location = at;
            return;
        }

        if (command is "-P" or "--policy")
        {
            (chain.Policy, chain.Location) = (first + 2 < words.Count ? words[first + 2].ToString() : null, at);
            (chain.Packets, chain.Bytes) = (packets, bytes);
            return;
        }

        var outline = new RuleOutline(at, chain.Name, packets, bytes);
        if (command is "-I" or "--insert")
            Insert(first + 2, outline);
        else
            parser.Parse(words, first + 2, outline, TextOf(line, first, counted), chain.Rules);
    }

    // Where "-c PACKETS BYTES" stands, as `iptables -S -v` prints them; 0 where it does not.
    private int CountedAt(string line, int first)
    {
        if (!line.Contains(" -c ", StringComparison.Ordinal))
            return 0;
        for (var i = first; i + 2 < words.Count; i++)
        {
            if (!words.IsQuoted(i) && words[i] is "-c" or "--set-counters")
                return i;
        }

        return 0;
    }

    // The line itself is the rule's text where nothing stands around it, which costs no memory.
    private string? TextOf(string line, int first, int counted)
    {
        if (counted > 0)
            return $"-A {words.Raw(first + 1, counted - 1)} {words.Raw(counted + 3, words.Count - 1)}".TrimEnd();
        return first == 0 && words[0] is "-A" && line.StartsWith("-A ", StringComparison.Ordinal) && !char.IsWhiteSpace(line[^1]) ? line : null;
    }

    /// <summary><c>-I CHAIN [NUMBER] ...</c>: at the top, or before the rule of that number.</summary>
    private void Insert(int first, RuleOutline outline)
    {
        var number = 1;
        if (first < words.Count && int.TryParse(words[first], out var given))
        {
            number = given;
            first++;
        }

        var rules = new List<IptablesRule>();
        parser.Parse(words, first, outline, null, rules);
        chain!.Rules.InsertRange(Math.Clamp(number - 1, 0, chain.Rules.Count), rules);
    }

    private void Say(int index, int column, string message) =>
        document.Add(new Problem(Severity.Warning, "unreadable-input", text.At(index, Math.Max(1, column)), message));
}
