using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables.Parsing;

namespace PcapPathAnalyzer.Dumps.Iptables;

/// <summary>Goes through the lines of one save file: tables, chains, rules.</summary>
internal sealed class SaveFile(DumpText text, DumpDocument document)
{
    private readonly RuleWords words = new();
    private readonly RuleParser parser = new(document);
    private SaveHeader header = new(FamilyGuess.Of(text), IptablesBackend.Unknown);
    private TableBuilder? table;
    private ChainBuilder? chain;

    public void Read()
    {
        for (var i = 0; i < text.Count; i++)
            Line(text[i], i);
        if (table is not null)
            Cut();
    }

    private void Line(string line, int index)
    {
        var trimmed = line.AsSpan().Trim();
        if (trimmed.IsEmpty)
            return;
        if (trimmed[0] == '#')
        {
            if (SaveHeader.TryRead(trimmed, out var read))
                header = read;
        }
        else if (trimmed[0] == '*' && SaveHeader.IsTable(trimmed))
        {
            if (table is not null)
                Unfinished(index);
            table = new TableBuilder(trimmed[1..].ToString(), text.At(index), header);
            chain = null;
            parser.IsIpv6 = header.IpVersion == 6;
        }
        else if (table is null)
        {
            Say(index, 1, "stands outside a table ('*filter' ... 'COMMIT') and is not read");
        }
        else if (trimmed is "COMMIT")
        {
            document.Add(table.Build(document));
            table = null;
        }
        else if (trimmed[0] == ':')
        {
            Chain(line, index);
        }
        else
        {
            Command(line, index);
        }
    }

    /// <summary><c>:INPUT ACCEPT [12:3456]</c>; user chains have <c>-</c> for a policy.</summary>
    private void Chain(string line, int index)
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

    private void Command(string line, int index)
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
        if (command is "-N" or "--new-chain")
            return;
        if (command is "-P" or "--policy")
        {
            chain.Policy = first + 2 < words.Count ? words[first + 2].ToString() : null;
            return;
        }

        var outline = new IptablesRule { Location = at, Chain = chain.Name, Text = "", Matches = [], Packets = packets, Bytes = bytes };
        var isInsert = command is "-I" or "--insert";
        // The line itself is the rule's text where nothing stands around it, which costs no memory.
        var whole = first == 0 && command is "-A" && line.StartsWith("-A ", StringComparison.Ordinal) && !char.IsWhiteSpace(line[^1]) ? line : null;
        if (isInsert)
            Insert(first + 2, outline);
        else
            parser.Parse(words, first + 2, outline, whole, chain.Rules);
    }

    /// <summary><c>-I CHAIN [NUMBER] ...</c>: at the top, or before the rule of that number.</summary>
    private void Insert(int first, IptablesRule outline)
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

    private void Cut()
    {
        table!.IsCut = true;
        var last = text.Count - 1;
        while (last > 0 && text[last].AsSpan().Trim().IsEmpty)
            last--;
        Say(last, text[last].Length + 1, $"the dump ends here, before the COMMIT of table {table.Name}: rules may be missing");
        document.Add(table.Build(document));
        table = null;
    }

    private void Unfinished(int index)
    {
        table!.IsCut = true;
        Say(index, 1, $"table {table.Name} has no COMMIT before the next table begins: rules may be missing");
        document.Add(table.Build(document));
    }

    private void Say(int index, int column, string message) =>
        document.Add(new Problem(Severity.Warning, "unreadable-input", text.At(index, Math.Max(1, column)), message));
}
