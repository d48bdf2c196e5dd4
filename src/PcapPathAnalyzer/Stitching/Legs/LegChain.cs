namespace PcapPathAnalyzer.Stitching.Legs;

/// <summary>Puts the legs of a connection in order from the client to the server.</summary>
internal static class LegChain
{
    /// <summary>Legs in the order of the forward path; legs seen on the way back only, and legs only conntrack knows, where they belong.</summary>
    public static List<Leg> Of(LegGroup group, HopList forward, HopList reply)
    {
        var chain = new List<Leg>(group.Legs.Count);
        foreach (ref readonly var hop in forward.Records)
            Add(chain, Find(group.Legs, hop.Tuple, isReply: false));
        for (var i = reply.Count - 1; i >= 0; i--)
        {
            if (Find(group.Legs, reply.Records[i].Tuple, isReply: true) is { } leg && !chain.Contains(leg))
                InsertBack(chain, leg, reply);
        }

        foreach (var leg in group.Legs)
            Add(chain, leg.IsVirtual ? null : leg);
        foreach (var join in group.Joins)
        {
            if (join.Reason != JoinReason.Conntrack)
                continue;
            if (join.A.IsVirtual && !chain.Contains(join.A))
                chain.Insert(0, join.A); // what the connection was before it was translated for the first time
            if (join.B.IsVirtual && !chain.Contains(join.B))
                chain.Insert(chain.IndexOf(join.A) + 1, join.B);
        }

        foreach (var half in group.Joins)
        {
            if (half.IsHalf && group.Joins.Find(j => !j.IsHalf && ReferenceEquals(j.Conntrack, half.Conntrack)) is { B: var after })
                MoveBefore(chain, half.B, after);
        }

        return chain.Count > 0 ? chain : group.Legs;
    }

    // A bridge's own tap shows what lies between two translations, and on the way back only.
    private static void MoveBefore(List<Leg> chain, Leg leg, Leg next)
    {
        if (chain.IndexOf(leg) <= chain.IndexOf(next) || !chain.Contains(next))
            return;
        chain.Remove(leg);
        chain.Insert(chain.IndexOf(next), leg);
    }

    private static Leg? Find(List<Leg> legs, int tuple, bool isReply)
    {
        foreach (var leg in legs)
        {
            if (!leg.IsVirtual && (isReply ? leg.Reverse : leg.Forward) == tuple)
                return leg;
        }

        return null;
    }

    private static void Add(List<Leg> chain, Leg? leg)
    {
        if (leg is not null && !chain.Contains(leg))
            chain.Add(leg);
    }

    // The reply path runs backwards: a leg goes before the first known leg that the reply reaches after it.
    private static void InsertBack(List<Leg> chain, Leg leg, HopList reply)
    {
        var position = FirstHop(reply, leg.Reverse);
        var nearerServer = chain.FindIndex(c => FirstHop(reply, c.Reverse) is var p and >= 0 && p < position);
        if (nearerServer >= 0)
            chain.Insert(nearerServer, leg);
        else
            chain.Add(leg);
    }

    private static int FirstHop(HopList hops, int tuple)
    {
        var records = hops.Records;
        for (var i = 0; i < records.Length; i++)
        {
            if (records[i].Tuple == tuple)
                return i;
        }

        return -1;
    }
}
