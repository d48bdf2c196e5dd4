using System.Text;
using PcapPathAnalyzer.Dumps.Iptables.Parsing;
using PcapPathAnalyzer.Dumps.Iptables.Writing;

namespace PcapPathAnalyzer.Dumps.Iptables.Listing;

/// <summary>
/// One row of a listing, spelt as iptables-save spells it, so that one parser reads both. What the row does not tell becomes an
/// unknowable condition.
/// </summary>
internal sealed class ListedRule
{
    private readonly StringBuilder conditions = new();
    private readonly StringBuilder options = new();
    private readonly List<UnknowableMatch> untold = [];
    private string extension = "";
    private bool isGoto;

    public ListedRule(string line, ListingRow row)
    {
        Columns(row);
        Words(ListedWords.Of(line, row.Rest), row.Target);
    }

    /// <summary>What was not understood: the words, and their index in the line.</summary>
    public List<(string Text, int At)> NotUnderstood { get; } = [];

    /// <summary>Conditions that the listing has and does not tell, or tells in words that iptables-save does not know.</summary>
    public IReadOnlyList<UnknowableMatch> Untold => untold;

    public bool IsPartial { get; private set; }

    /// <summary>The rule without its chain, and without what is untold.</summary>
    public string Rule(string? target) => Joined(target, "");

    /// <summary>The rule without its chain; what iptables-save has no words for stands as the listing says it.</summary>
    public string Text(string? target) => Joined(target, string.Concat(untold.Where(static u => u.Module.Length > 0).Select(static u => " " + u.Text)));

    private string Joined(string? target, string more) =>
        $"{conditions}{more}{(target is null ? "" : isGoto ? " -g " : " -j ")}{target}{options}".TrimStart();

    private void Columns(ListingRow row)
    {
        Address("-s", row.Source);
        Address("-d", row.Destination);
        Interface("-i", row.In);
        Interface("-o", row.Out);
        if (row.In is null)
            Untell("", "-i and -o (not shown without -v)", isUnderstood: true);
        var protocol = row.Protocol.TrimStart('!');
        if (protocol is not ("all" or "0") || row.Protocol.Length > protocol.Length)
            General("-p", protocol is "0" ? "all" : ProtocolNames.TryParse(protocol, out var known) ? Primitives.IpProtocols.Keyword(known) : protocol, row.Protocol.Length > protocol.Length);
        if (row.Fragment is not "--")
            conditions.Append(row.Fragment is "!f" ? " ! -f" : " -f");
    }

    private void General(string option, string value, bool negated) => conditions.Append(negated ? " ! " : " ").Append(option).Append(' ').Append(value);

    private void Interface(string option, string? name)
    {
        if (name is null or "*" or "any")
            return;
        General(option, name.TrimStart('!'), name[0] == '!');
    }

    private void Address(string option, string address)
    {
        var negated = address is ['!', ..];
        var value = negated ? address[1..] : address;
        if (!negated && value is "anywhere" or "0.0.0.0/0" or "::/0")
            return;
        if (value is "anywhere")
            General(option, "0.0.0.0/0", negated);
        else if (RuleValues.TryAddress(value, out _, out _))
            General(option, value.Contains('/', StringComparison.Ordinal) ? value : value + (value.Contains(':', StringComparison.Ordinal) ? "/128" : "/32"), negated);
        else
            Untell("name", $"{(negated ? "! " : "")}{option} {value}", isUnderstood: true);
    }

    private void Words(List<(string Text, int At)> words, string? target)
    {
        var book = ListedTargets.Book(target);
        for (var i = 0; i < words.Count;)
        {
            if (Next(words, book, i, out var isTarget) is { } found)
            {
                var end = found.IsOpen ? EndOfRun(words, book, found.End) : found.End;
                Take(words, i, end, found, isTarget);
                i = end;
            }
            else
            {
                var end = EndOfRun(words, book, i + 1);
                NotUnderstood.Add((Raw(words, i, end), words[i].At));
                Untell(words[i].Text, Raw(words, i, end), isUnderstood: false);
                i = end;
            }
        }
    }

    private PhraseFound? Next(List<(string Text, int At)> words, PhraseBook? target, int index, out bool isTarget)
    {
        isTarget = false;
        var word = words[index].Text;
        if (word is "[goto]")
            return new PhraseFound(new Phrase("[goto]", "", ""), index + 1, [], false);
        if (ListedWords.Comment(word) is { } comment)
            return new PhraseFound(new Phrase(word, "comment", "--comment {0}"), index + 1, [Quote.Word(comment)], false);
        var start = word is "!" && index + 1 < words.Count ? index + 1 : index;
        if (ListedMatches.Book.At(words, start, extension) is { } match)
            return start > index ? match with { Negated = !match.Negated } : match;
        isTarget = true;
        return target?.At(words, index, extension);
    }

    private int EndOfRun(List<(string Text, int At)> words, PhraseBook? target, int index)
    {
        while (index < words.Count && Next(words, target, index, out _) is null)
            index++;
        return index;
    }

    private void Take(List<(string Text, int At)> words, int start, int end, PhraseFound found, bool isTarget)
    {
        var option = found.Option;
        if (words[start].Text is "[goto]")
            isGoto = true;
        else if (option is null && isTarget)
            IsPartial = true;
        else if (option is null)
            Untell(found.Phrase.Extension, Raw(words, start, end), isUnderstood: true);
        else if (isTarget)
            options.Append(option.Length > 0 ? " " : "").Append(option);
        else
            Match(found, option);
        if (!isTarget && found.Phrase.Extension.Length > 0)
            extension = found.Phrase.Extension;
    }

    private void Match(PhraseFound found, string option)
    {
        // Each set and each comment is an extension of its own; others print all their options behind one name.
        if (found.Phrase.Extension.Length > 0 && (found.Phrase.Extension != extension || option.Length == 0 || option.StartsWith("--match-set", StringComparison.Ordinal) || extension == "comment"))
            conditions.Append(" -m ").Append(found.Phrase.Extension);
        if (option.Length > 0)
            conditions.Append(found.Negated ? " ! " : " ").Append(option);
    }

    private void Untell(string module, string text, bool isUnderstood)
    {
        IsPartial = true;
        untold.Add(new UnknowableMatch(module, isUnderstood) { Text = text, Extension = module });
    }

    private static string Raw(List<(string Text, int At)> words, int start, int end) => string.Join(' ', words.GetRange(start, end - start).Select(static w => w.Text));
}
