namespace PcapPathAnalyzer.Stitching.Legs;

/// <summary>
/// Where the IP identification of one side of a TCP connection is: Linux counts it for each socket, from a number by chance
/// (inet_id, __ip_queue_xmit in net/ipv4/ip_output.c), so that a jump tells of another connection where no sequence number was captured.
/// </summary>
internal struct IdentificationCount
{
    /// <summary>What a capture may have missed, or seen out of order.</summary>
    private const int Missed = 1024;

    private ushort last;
    private bool isCounting;

    /// <summary>Whether a side that counted does not go on from where it was. 0 (a SYN-ACK, a RST without a socket) tells nothing.</summary>
    public readonly bool IsJump(ushort identification) => isCounting && identification != 0 && !IsNear(identification);

    public void Note(ushort identification)
    {
        if (identification == 0)
            return;
        isCounting |= last != 0 && IsNear(identification);
        last = identification;
    }

    private readonly bool IsNear(ushort identification) => (ushort)(identification - last + Missed) < 2 * Missed;
}
