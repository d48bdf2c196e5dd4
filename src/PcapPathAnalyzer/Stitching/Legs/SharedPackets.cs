using System.Runtime.InteropServices;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Stitching.Trails;

namespace PcapPathAnalyzer.Stitching.Legs;

/// <summary>
/// Finds legs that have packets in common, for those whose handshake does not tell: datagrams, and TCP connections that
/// began before the capture.
/// </summary>
/// <param name="observations">All of them.</param>
/// <param name="areApart">Says that other evidence makes two legs two connections, whatever their packets look like.</param>
internal sealed class SharedPackets(Observations observations, Func<Leg, Leg, bool> areApart)
{
    /// <summary>Identities that are compared; of more, a part is, the same at every point.</summary>
    private const long Enough = 4_000_000;

    /// <summary>Legs this short have all their packets compared.</summary>
    private const int Short = 256;

    /// <summary>An identity that more legs than this share proves nothing (keep-alives, equal queries without IP identification).</summary>
    private const int MaxShared = 6;

    private readonly ObservationTables tables = observations.Tables;
    private readonly List<Leg> legs = observations.Legs;
    private readonly SharedSegments segments = new(observations);
    private readonly Dictionary<ulong, Sharers> owners = [];
    private readonly Dictionary<(int A, int B), PairScore> scores = [];

    // Pairs that share one packet, whole and cut: it counts once.
    private readonly HashSet<(int A, int B, bool IsSameWay)> counted = [];

    // Packets of each leg that were compared.
    private readonly int[] told = new int[observations.Legs.Count];
    private readonly Dictionary<int, HashSet<Place>> places = [];

    /// <summary>Legs that may be one connection, in order of their numbers.</summary>
    public List<SharedPair> Pairs()
    {
        var asked = Asked();
        var total = legs.Where(l => asked[l.Index]).Sum(l => (long)l.Count);
        if (total == 0)
            return [];
        var mask = 0UL;
        while (total / (long)(mask + 1) > Enough)
            mask = (mask << 1) | 1;
        for (var file = 0; file < observations.Files; file++)
        {
            observations.ForEach(file, asked, o =>
            {
                if (!IsTelling(o))
                    return;
                // Payloads that only begin alike are told apart where all of them was captured; a copy cut short is held
                // against the beginning of the others.
                var identity = o.IsFirstFragment() ? o.DatagramIdentity(tables) : o.Identity();
                told[o.Leg] += Note(o, identity, o.WholeHash, mask, isBeginning: true) ? 1 : 0;
                if (o.WholeHash != 0)
                    Note(o, ObservationFacts.WithWhole(identity, o.WholeHash), 0, mask, isBeginning: false);
                segments.Note(o, legs[o.Leg].Count > Short ? mask : 0);
            });
        }

        foreach (var sharers in owners.Values)
        {
            if (sharers.Legs < 2 || sharers.IsTooMany)
                continue;
            AddScores(sharers);
        }

        foreach (var transmission in segments.Find((a, b) => !scores.ContainsKey((a, b))))
        {
            var sharers = new Sharers(isProof: false);
            foreach (var o in transmission)
                sharers.Note(o, 0);
            AddScores(sharers);
        }

        NotePlaces();
        return scores.OrderBy(s => s.Key).Select(s => s.Value.Pair(legs[s.Key.A], legs[s.Key.B], Math.Min(told[s.Key.A], told[s.Key.B]))).Where(p => p.IsProven || !ShareAPlace(p.A, p.B, p.IsOpposed)).ToList();
    }

    private void NotePlaces()
    {
        foreach (var ((a, b), score) in scores)
        {
            if (score.IsProven)
                continue;
            places.TryAdd(a, []);
            places.TryAdd(b, []);
        }

        for (var file = 0; file < observations.Files && places.Count > 0; file++)
        {
            for (var t = 0; t < observations.Trails(file); t++)
            {
                var number = new TrailNumber(file, t);
                if (!places.TryGetValue(observations.LegOf(number), out var seen))
                    continue;
                seen.Add(PlaceOf(observations.Trail(number)));
            }

            observations.ForEachSingle(file, consume: false, block =>
            {
                foreach (ref readonly var o in block)
                {
                    if (o.Leg >= 0 && o.Kind == ObservationKind.Packet && places.TryGetValue(o.Leg, out var seen))
                        seen.Add(PlaceOf(Trail.Of(o)));
                }
            });
        }
    }

    private Place PlaceOf(in Trail trail) => new(tables.PlaceOf(trail.Point), trail.Tunnel, trail.Macs, trail.Ttl, trail.Heading, trail.Tuple == legs[trail.Leg].Forward);

    // A packet passes a place once: what is seen there, on the same way, under two tuples is two packets, however alike.
    public bool ShareAPlace(Leg x, Leg y, bool isOpposed)
    {
        if (!places.TryGetValue(x.Index, out var a) || !places.TryGetValue(y.Index, out var b))
            return false;
        return isOpposed ? b.Any(p => a.Contains(p with { IsForward = !p.IsForward })) : a.Overlaps(b);
    }

    /// <summary>True where nothing of a leg's packets could be compared: cut by the snap length, or without anything that tells them from others.</summary>
    public bool HasToldNothing(Leg leg) => leg.InitialSequence is null && !leg.IsVirtual && told[leg.Index] == 0;

    // Handshakes speak for themselves, unless some connection has none: then any other may be its continuation.
    private bool[] Asked()
    {
        var begunBefore = legs.Exists(l => l.InitialSequence is null && tables.Tuples[l.Forward].Protocol == IpProtocol.Tcp);
        var asked = new bool[legs.Count];
        foreach (var leg in legs)
            asked[leg.Index] = tables.Tuples[leg.Forward].Protocol != IpProtocol.Tcp || begunBefore;
        return asked;
    }

    // True where the leg had no such packet before.
    private bool Note(in Observation o, ulong identity, uint whole, ulong mask, bool isBeginning)
    {
        if ((identity & mask) != 0 && legs[o.Leg].Count > Short)
            return false;
        if (!owners.TryGetValue(identity, out var list))
            owners.Add(identity, list = new Sharers(o.HasTcp() && (o.TcpFlags & TcpFlags.Ack) != 0) { IsWeak = isBeginning && !o.HasTcp() && !o.HasIdentification() });
        return list.Note(o, whole);
    }

    private void AddScores(Sharers sharers)
    {
        counted.Clear();
        for (var a = 0; a < sharers.Count; a++)
        {
            for (var b = a + 1; b < sharers.Count; b++)
                AddScore(sharers[a], sharers[b], sharers);
        }
    }

    private void AddScore(Sharer x, Sharer y, Sharers sharers)
    {
        // Both are known whole: that is compared by itself.
        if (x.Whole != 0 && y.Whole != 0)
            return;
        if (!sharers.IsProof && !MayFollow(x, y))
            return;
        var (a, b) = x.Leg < y.Leg ? (x, y) : (y, x);
        var (legA, legB) = (legs[a.Leg], legs[b.Leg]);
        if (a.Leg == b.Leg || tables.Tuples[a.Tuple].Protocol != tables.Tuples[b.Tuple].Protocol || legA.Forward == legB.Forward || legA.Forward == legB.Reverse)
            return;
        if (!CanBeTranslated(tables.Tuples[a.Tuple]) || !CanBeTranslated(tables.Tuples[b.Tuple]) || areApart(legA, legB))
            return;
        // Nothing sends a packet back under the same two addresses: that is an answer that looks like another's question.
        if (tables.Tuples[a.Tuple].Source == tables.Tuples[b.Tuple].Destination && tables.Tuples[a.Tuple].Destination == tables.Tuples[b.Tuple].Source)
            return;
        if (legA.InitialSequence is { } isnA && legB.InitialSequence is { } isnB && isnA != isnB)
            return;
        // The packet must go the same way in both.
        var sameWay = a.Tuple == legA.Forward == (b.Tuple == legB.Forward);
        if (!sameWay && legA.IsDirectionCertain && legB.IsDirectionCertain)
            return;
        if (!counted.Add((a.Leg, b.Leg, sameWay)))
            return;
        ref var score = ref CollectionsMarshal.GetValueRefOrAddDefault(scores, (a.Leg, b.Leg), out _);
        score.Packets++;
        score.Opposed += sameWay ? 0 : 1;
        score.IsProven |= sharers.IsProof;
        score.Weak += sharers.IsWeak ? 1 : 0;
        var other = tables.Tuples[legB.Forward];
        score.Kept = Kept(tables.Tuples[legA.Forward], sameWay ? other : other.Reversed);
    }

    // A packet has one tuple first and the other afterwards, and its TTL never grows on the way.
    private static bool MayFollow(Sharer x, Sharer y) => x.LeastTtl >= y.MostTtl || y.LeastTtl >= x.MostTtl;

    // What is sent to a group is not translated, and every host's report looks alike; IPv6 link-local addresses stay on their link, and what
    // lo shows has been translated already and stays in its host: a proxy's two connections carry the same bytes.
    private static bool CanBeTranslated(in FiveTuple tuple) =>
        !(tuple.Source.IsLoopback || tuple.Destination.IsLoopback) && !tuple.Destination.IsMulticast && !tuple.Destination.IsLimitedBroadcast && (tuple.Source.IsIpv4 || !(tuple.Source.IsLinkLocal || tuple.Destination.IsLinkLocal));

    // A packet with neither IP identification nor sequence numbers nor a known payload could be anybody's; a later fragment says what its first one
    // says, and where that was not seen, not even the ports are known: between two addresses such fragments are of many connections.
    private bool IsTelling(in Observation o) =>
        o.Kind != ObservationKind.IcmpError && !(o.Kind == ObservationKind.Fragment && o.FragmentOffset != 0) && !IsNeighbourDiscovery(o) && (o.HasTcp() ? o.HasIdentification() || o.HasTcpTimestamp() || (o.TcpFlags & TcpFlags.Syn) != 0 || o.PayloadLength > 0 : o.PayloadHash > 1);

    // RFC 4861, RFC 3810: of one link, so never translated. Echo is.
    private bool IsNeighbourDiscovery(in Observation o) => tables.Tuples[o.Tuple].Protocol == IpProtocol.Icmpv6 && (o.IcmpTypeCode >> 8) is not (128 or 129);

    /// <summary>How much of the tuple a translation kept, 0 to 6: a DNAT keeps the client's end (3), a SNAT the server's.</summary>
    public static int Kept(in FiveTuple a, in FiveTuple b) =>
        (a.Source == b.Source ? 2 : 0) + (a.SourcePort == b.SourcePort ? 1 : 0) + (a.Destination == b.Destination ? 2 : 0) + (a.DestinationPort == b.DestinationPort ? 1 : 0);

    /// <summary>Legs that have a packet of one identity.</summary>
    /// <param name="isProof">The packet carries both sides' sequence numbers: 64 bits that no two connections share by chance.</param>
    private sealed class Sharers(bool isProof) : List<Sharer>(1)
    {
        public bool IsProof { get; } = isProof;

        /// <summary>Only the length and the first bytes of a payload are known, in which many are alike.</summary>
        public bool IsWeak { get; init; }

        public int Legs { get; private set; }

        /// <summary>A leg is there twice where some place cut the packet and another one did not.</summary>
        public bool IsTooMany => Legs > MaxShared || Count > 2 * MaxShared;

        public bool Note(in Observation o, uint whole)
        {
            var (leg, isNew) = (o.Leg, true);
            for (var i = 0; i < Count; i++)
            {
                var known = this[i];
                if (known.Leg != o.Leg || known.Tuple != o.Tuple)
                    continue;
                isNew = false;
                if (known.Whole != whole)
                    continue;
                if (o.Ttl < known.LeastTtl || o.Ttl > known.MostTtl)
                    this[i] = known with { LeastTtl = Math.Min(known.LeastTtl, o.Ttl), MostTtl = Math.Max(known.MostTtl, o.Ttl) };
                return false;
            }

            if (IsTooMany)
                return isNew;
            if (!Exists(s => s.Leg == leg))
                Legs++;
            Add(new Sharer(leg, o.Tuple, whole, o.Ttl, o.Ttl));
            return isNew;
        }
    }

    private readonly record struct Sharer(int Leg, int Tuple, uint Whole, byte LeastTtl, byte MostTtl);

    private readonly record struct Place(int Point, int Tunnel, int Macs, byte Ttl, PacketHeading Heading, bool IsForward);

    private record struct PairScore
    {
        /// <summary>By a packet that carries both sides' sequence numbers.</summary>
        public bool IsProven { get; set; }

        public int Packets { get; set; }

        /// <summary>Of the packets, those that go from client to server in one leg and back in the other, as the legs are turned so far.</summary>
        public int Opposed { get; set; }

        /// <summary>Of the packets, those that only begin alike.</summary>
        public int Weak { get; set; }

        public int Kept { get; set; }

        /// <param name="least">Packets that the leg with fewer of them has.</param>
        public readonly SharedPair Pair(Leg a, Leg b, int least) => new(a, b, Packets) { IsProven = IsProven, IsDoubtful = Weak == Packets && Packets * 2 <= least, IsOpposed = Opposed * 2 > Packets, Rank = (Packets * 8) + Kept };
    }
}
