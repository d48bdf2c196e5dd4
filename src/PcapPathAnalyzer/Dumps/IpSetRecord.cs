namespace PcapPathAnalyzer.Dumps;

/// <summary>An IP set with its members, as <c>ipset list</c> or <c>ipset save</c> print it (ipset(8)).</summary>
public sealed record IpSetRecord : DumpRecord
{
    public override string Kind => "ipset";

    public required string Name { get; init; }

    /// <summary><c>hash:ip</c>, <c>hash:net,port</c>, <c>bitmap:port</c>, <c>list:set</c>, ...: behind the colon the fields of a member.</summary>
    public required string Type { get; init; }

    /// <summary>inet or inet6; null where not printed, as with bitmaps and lists of sets.</summary>
    public string? Family { get; init; }

    /// <summary>What the set was created with, by ipset's own words, besides the family: <c>timeout</c>, <c>netmask</c>, <c>bitmask</c>, <c>markmask</c>, <c>range</c>, <c>maxelem</c>, ...; a flag has an empty value.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>The members as printed, each with its line.</summary>
    public IReadOnlyList<IpSetMember> Members { get; init; } = [];

    /// <summary>False where the dump does not print all members (<c>ipset list -t</c>, or the dump is cut): what is not a member here may be one all the same.</summary>
    public bool IsWhole { get; init; } = true;
}

/// <summary>One member of a set.</summary>
/// <param name="Text">The fields of the set's type, as printed: <c>10.0.0.0/8,tcp:80</c>.</param>
/// <param name="Line">Its line in the set's file, from 1.</param>
/// <param name="NoMatch">True for an exception: what it holds is not in the set (<c>nomatch</c>, ipset(8) under hash:net).</param>
public sealed record IpSetMember(string Text, int Line, bool NoMatch = false)
{
    /// <summary>True where the interface is the beginning of a name (<c>wildcard</c>, ipset(8) under hash:net,iface).</summary>
    public bool IsWildcard { get; init; }

    /// <summary>Seconds until it expires when the dump was made; 0 for never, -1 where the set has no timeouts.</summary>
    public long Timeout { get; init; } = -1;

    /// <summary>Packets counted for it; -1 where the set has no counters.</summary>
    public long Packets { get; init; } = -1;

    /// <summary>Bytes counted for it; -1 where the set has no counters.</summary>
    public long Bytes { get; init; } = -1;

    public string? Comment { get; init; }

    /// <summary>What no property holds, by ipset's own words: <c>skbmark</c>, <c>skbprio</c>, <c>skbqueue</c>; null where there is nothing.</summary>
    public IReadOnlyDictionary<string, string>? Details { get; init; }
}
