using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

/// <summary>Reads dnat, snat, masquerade and redirect.</summary>
internal static class NftTranslations
{
    public static NftNat? Read(NftCursor c)
    {
        NatKind? kind = c.AtEnd || c.Current.Kind != NftTokenKind.Word ? null : c.Current.Text switch
        {
            "dnat" => NatKind.Dnat,
            "snat" => NatKind.Snat,
            "masquerade" => NatKind.Masquerade,
            "redirect" => NatKind.Redirect,
            _ => null,
        };
        if (kind is null)
            return null;
        var from = c.Position;
        c.Take();
        // dnat ip to, dnat ip prefix to, dnat ip addr . port to, snat ip interval to
        var isPrefix = false;
        var family = c.IsAt("ip") || c.IsAt("ip6") ? c.Take().Text : null;
        while (!c.AtEnd && !c.IsAt("to") && c.Current.Text is "prefix" or "interval" or "addr" or "." or "port")
            isPrefix |= c.Take().Text == "prefix";
        NftExpression? address = null, port = null;
        if (c.Skip("to"))
            (address, port) = Target(c, kind.Value);
        var (random, fully, persistent) = (false, false, false);
        while (!c.AtEnd && c.Current.Text is "random" or "fully-random" or "persistent" or ",")
        {
            var flag = c.Take().Text;
            random |= flag == "random";
            fully |= flag == "fully-random";
            persistent |= flag == "persistent";
        }

        return new NftNat(c.Text(from, c.Position), kind.Value, address, port) { Family = family, Random = random, FullyRandom = fully, Persistent = persistent, IsPrefix = isPrefix };
    }

    private static (NftExpression? Address, NftExpression? Port) Target(NftCursor c, NatKind kind)
    {
        if (NftExpressions.Read(c) is { } expression)
            return (expression, Port(c));
        if (c.AtEnd)
            return (new NftOpaque(""), null);
        if (c.IsAt(":"))
            return (null, Port(c));
        var word = c.Take().Text;
        if (kind is NatKind.Masquerade or NatKind.Redirect)
            return (null, Number(word.TrimStart(':')));
        if (word[0] == ':')
            return (null, Number(word[1..]));
        // 10.0.0.1, 10.0.0.1-10.0.0.9, 10.0.0.1:80-90, [fd00::1]:80, [fd00::1]-[fd00::4]:80, fd00::1, and a range that is a network: fd00::2/127:80
        var close = word.LastIndexOfAny([']', '/']);
        var colon = close >= 0 ? word.IndexOf(':', close) : word.Contains('.') && !IpAddress.TryParse(word, out _) ? word.LastIndexOf(':') : -1;
        var address = new NftConstant(NftValues.Parse((colon < 0 ? word : word[..colon]).Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal), NftType.Address));
        return (address, colon < 0 ? Port(c) : Number(word[(colon + 1)..]));
    }

    private static NftExpression? Port(NftCursor c)
    {
        if (!c.AtEnd && c.Current.Kind == NftTokenKind.Word && c.Current.Text is [':', _, ..])
            return Number(c.Take().Text[1..]);
        return c.Skip(":") ? NftExpressions.Read(c) ?? (c.AtEnd ? null : Number(c.Take().Text)) : null;
    }

    private static NftConstant Number(string text) => new(NftValues.Parse(text, NftType.Port));
}
