using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>conntrack -L</c> with any <c>-o</c>, and /proc/net/nf_conntrack (libnetfilter_conntrack src/conntrack/snprintf_default.c, net/netfilter/nf_conntrack_standalone.c).</summary>
internal sealed class ConntrackReader : IDumpReader
{
    public string Kind => "conntrack";

    public int Recognise(DumpText text) => Share.Of(text, static line => line.Contains(" src=", StringComparison.Ordinal) && line.Contains(" dst=", StringComparison.Ordinal));

    public void Read(DumpText text, DumpDocument document)
    {
        for (var i = 0; i < text.Count; i++)
        {
            var words = new Words(text[i]);
            // "conntrack v1.4.6 (conntrack-tools): 12 flow entries have been shown."
            if (text.IsBlank(i) || !words.Next() || words.Current is "conntrack")
                continue;
            var entry = new ConntrackEntry();
            entry.Read(ref words);
            if (words.Fault == 0 && entry.ToRecord(text.At(i)) is { } record)
                document.Add(record);
            else
                document.Add(Unknown.Line(this, text, i, Math.Max(1, words.Fault)));
        }
    }
}
