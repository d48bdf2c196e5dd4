using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>Details of an interface, by the word that <c>ip -d link</c> prints for them. Taking one leaves those that no field holds.</summary>
internal sealed class DetailBag
{
    private readonly Dictionary<string, string> words = new(StringComparer.Ordinal);

    /// <summary>What nobody took.</summary>
    public IEnumerable<KeyValuePair<string, string>> Rest => words;

    public void Set(string word, string value) => words[word] = value;

    public string? Take(string word) => words.Remove(word, out var value) ? value : null;

    /// <summary>On is <c>on</c>, <c>1</c> or <c>true</c>.</summary>
    public bool TakeOn(string word, bool unless = false) => Take(word) is { } value ? value is "on" or "1" or "true" : unless;

    public long TakeNumber(string word, long unless) => Take(word) is { } value && Numbers.TryParse(value, out var number) ? number : unless;

    public int TakeInt(string word, int unless) => TakeNumber(word, unless) is var number and >= int.MinValue and <= int.MaxValue ? (int)number : unless;

    /// <summary>None for <c>any</c>, and where there is none.</summary>
    public IpAddress TakeAddress(string word) => Take(word) is { } value && IpAddress.TryParse(value, out var address) ? address : default;
}
