namespace PcapPathAnalyzer.Stitching.Legs;

/// <summary>What tells one leg from another.</summary>
/// <param name="Canonical">The lower number of its two tuples; never 0.</param>
/// <param name="Number">Initial sequence number, or the count of idle times before these datagrams.</param>
/// <param name="Kind">How it begins.</param>
internal readonly record struct LegKey(int Canonical, uint Number, LegKind Kind)
{
    public override int GetHashCode() => (int)(((uint)Canonical * 0x9E3779B1u) ^ (Number * 0x85EBCA6Bu)) + (int)Kind;
}
