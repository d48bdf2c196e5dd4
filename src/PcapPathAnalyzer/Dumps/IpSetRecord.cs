namespace PcapPathAnalyzer.Dumps;

/// <summary>An IP set with its members, as <c>ipset list</c> or <c>ipset save</c> print it (ipset(8)).</summary>
public sealed record IpSetRecord : DumpRecord
{
    public override string Kind => "ipset";

    public required string Name { get; init; }

    /// <summary><c>hash:ip</c>, <c>hash:net,port</c>, <c>bitmap:port</c>, <c>list:set</c>, ...</summary>
    public required string Type { get; init; }

    /// <summary>inet or inet6; null where not printed.</summary>
    public string? Family { get; init; }

    /// <summary>The entries as printed, without their comments and timeouts, each with its line.</summary>
    public IReadOnlyList<IpSetMember> Members { get; init; } = [];
}

/// <summary>One entry: <c>10.0.0.0/8,tcp:80</c>; <see cref="NoMatch"/> makes it an exception.</summary>
public sealed record IpSetMember(string Text, int Line, bool NoMatch = false);
