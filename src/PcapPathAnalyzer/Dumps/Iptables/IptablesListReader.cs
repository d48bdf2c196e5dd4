using PcapPathAnalyzer.Dumps.Iptables.Listing;
using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Iptables;

/// <summary>
/// <c>iptables -L</c> and <c>ip6tables -L</c> with any of <c>-n -v -x --line-numbers -t TABLE</c>. Rules come out as from iptables-save, as far as a
/// listing tells them; what it does not tell (interfaces without <c>-v</c>, names in place of addresses without <c>-n</c>) is unknowable, not absent.
/// </summary>
internal sealed class IptablesListReader : IDumpReader
{
    public string Kind => "iptables-list";

    public int Recognise(DumpText text)
    {
        // A chain's line is followed by the columns, or in older versions of an empty chain by nothing.
        for (var i = 0; i < text.Count; i++)
        {
            if (ListingFile.TryChain(text[i].AsSpan().Trim(), out _, out _) && (i + 1 == text.Count || ListingColumns.TryRead(text[i + 1].AsSpan().Trim(), out _)))
                return 95;
        }

        return 0;
    }

    public void Read(DumpText text, DumpDocument document) => new ListingFile(this, text, document).Read();
}
