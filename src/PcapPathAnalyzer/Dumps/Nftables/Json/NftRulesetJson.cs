using PcapPathAnalyzer.Dumps.Json;

namespace PcapPathAnalyzer.Dumps.Nftables.Json;

/// <summary><c>nft -j [-a] list ruleset</c>, and the commands of <c>nft -j -f</c> (libnftables-json(5)).</summary>
internal sealed class NftRulesetJson : IDumpReader
{
    private const string Start = "{\"nftables\":[";

    public string Kind => "nft-ruleset";

    public int Recognise(DumpText text)
    {
        // Pretty-printed, the first words stand on several lines.
        Span<char> seen = stackalloc char[Start.Length];
        var length = 0;
        for (var i = 0; i < text.Count && i < 20; i++)
        {
            foreach (var c in text[i])
            {
                if (char.IsWhiteSpace(c))
                    continue;
                if (c != Start[length])
                    return 0;
                seen[length++] = c;
                if (length == Start.Length)
                    return 100;
            }
        }

        return 0;
    }

    public void Read(DumpText text, DumpDocument document) => new NftJsonFile(this, text, document).Read();
}
