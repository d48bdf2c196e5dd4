using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps.Nftables;

/// <summary>A named set, map or verdict map with its elements.</summary>
public sealed record NftSet
{
    public required string Name { get; init; }

    public required SourceLocation Location { get; init; }

    /// <summary>What each part of a key is.</summary>
    public required IReadOnlyList<NftType> KeyTypes { get; init; }

    /// <summary>The type as printed: <c>ipv4_addr . inet_service : verdict</c>.</summary>
    public string TypeText { get; init; } = "";

    public bool IsMap { get; init; }

    /// <summary>constant, dynamic, interval, timeout.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    public string? Comment { get; init; }

    public long Handle { get; init; }

    /// <summary>Sizes, timeouts and policies as printed.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();

    public required NftElements Elements { get; init; }
}

/// <summary>The elements of a set, ready to be looked up.</summary>
public sealed class NftElements
{
    private readonly Dictionary<string, NftElement> exact = new(StringComparer.Ordinal);

    public NftElements(IReadOnlyList<NftElement> all)
    {
        All = all;
        var others = new List<NftElement>();
        foreach (var element in all)
        {
            if (element.Key.Exact is not { } key)
                others.Add(element);
            else
                exact.TryAdd(key, element);
        }

        Intervals = others;
    }

    /// <summary>In the dump's order.</summary>
    public IReadOnlyList<NftElement> All { get; }

    /// <summary>Those whose key is a range, a prefix, a wildcard, or not understood.</summary>
    public IReadOnlyList<NftElement> Intervals { get; }

    /// <summary>The element whose key is exactly this; null where there is none.</summary>
    public NftElement? Find(string key) => exact.GetValueOrDefault(key);
}

/// <summary>One element: a key, and in a map what it leads to.</summary>
public sealed record NftElement(NftValue Key, SourceLocation Location)
{
    /// <summary>As printed: <c>10.96.0.10 . udp . 53 : goto service-...</c>.</summary>
    public string Text { get; init; } = "";

    /// <summary>The value that a map gives; null in a set and in a verdict map.</summary>
    public NftValue? Data { get; init; }

    /// <summary>The verdict that a verdict map gives; null elsewhere.</summary>
    public NftVerdict? Verdict { get; init; }

    public string? Comment { get; init; }

    /// <summary>True where a statement of the element (a limit, a quota) decides whether it matches.</summary>
    public bool IsConditional { get; init; }
}
