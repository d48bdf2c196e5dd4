namespace PcapPathAnalyzer.Reports.Html.Data;

/// <summary>Texts that the page's data names by number.</summary>
internal sealed class StringTable
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly List<string> texts = [];

    public IReadOnlyList<string> Texts => texts;

    /// <summary>-1 for null.</summary>
    public int Add(string? text)
    {
        if (text is null)
            return -1;
        if (numbers.TryGetValue(text, out var number))
            return number;
        numbers.Add(text, texts.Count);
        texts.Add(Printable.Text(text));
        return texts.Count - 1;
    }
}
