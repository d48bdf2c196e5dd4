using System.Text;
using PcapPathAnalyzer.Dumps.Iptables.Writing;

namespace PcapPathAnalyzer.Dumps.Iptables;

/// <summary>
/// Prints tables back in the format of <c>iptables-save</c>, from what the reader understood. What it did not
/// understand is printed as it was, so iptables-restore takes or refuses it as it would have taken the dump. A rule that a
/// listing tells in part would be another rule without the rest: it is printed as a comment.
/// </summary>
public static class IptablesSaveWriter
{
    /// <param name="withCounters">As <c>iptables-save -c</c>; counters that the dump lacks are zero.</param>
    public static void Write(IEnumerable<IptablesTable> tables, TextWriter output, bool withCounters = false)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(output);
        foreach (var table in tables)
            Write(table, output, withCounters);
    }

    private static void Write(IptablesTable table, TextWriter output, bool withCounters)
    {
        if (table.IsCut)
            output.Write("# The dump is cut in this table: rules may be missing.\n");
        output.Write($"*{table.Name}\n");
        foreach (var chain in table.Chains.Values)
        {
            output.Write(chain.IsAbsent
                ? $"# The chain {chain.Name} is not in the dump.\n"
                : $":{chain.Name} {chain.Policy ?? "-"} [{Math.Max(0, chain.Packets)}:{Math.Max(0, chain.Bytes)}]\n");
        }

        foreach (var rule in table.Chains.Values.SelectMany(c => c.Rules))
        {
            if (rule.IsPartial)
            {
                output.Write($"# The listing tells this rule in part: {rule.Text}\n");
                continue;
            }

            if (withCounters)
                output.Write($"[{Math.Max(0, rule.Packets)}:{Math.Max(0, rule.Bytes)}] ");
            output.Write(Rule(rule.Chain, rule.Matches, rule.Target));
            output.Write('\n');
        }

        output.Write("COMMIT\n");
    }

    /// <summary>One rule from its values: <c>-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT</c>.</summary>
    public static string Rule(string chain, IEnumerable<RuleMatch> matches, RuleTarget? target)
    {
        ArgumentNullException.ThrowIfNull(matches);
        var text = new StringBuilder("-A ").Append(chain);
        var loaded = "";
        var words = new HashSet<string>();
        foreach (var match in matches)
        {
            var (word, value) = MatchText.Of(match);
            // Text that loads its extension itself, and a condition asked twice, begin anew.
            if (value.StartsWith("-m ", StringComparison.Ordinal) && word.Length == 0)
                loaded = "";
            else if (match.Extension != loaded || (loaded.Length > 0 && (!words.Add(word) || match is SetMatch)))
                Load(match.Extension, word);
            if (match.Negated && !MatchText.SpellsNegation(match))
                text.Append(" !");
            if (word.Length > 0)
                text.Append(' ').Append(word);
            if (value.Length > 0)
                text.Append(' ').Append(value);
        }

        if (target is not null)
            text.Append(' ').Append(TargetText.Of(target));
        return text.ToString();

        void Load(string extension, string word)
        {
            loaded = extension;
            words.Clear();
            words.Add(word);
            if (extension.Length > 0)
                text.Append(" -m ").Append(extension);
        }
    }
}
