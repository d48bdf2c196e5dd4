namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>One spelling for the states of sockets: ss's.</summary>
internal static class SocketStates
{
    /// <summary>In the order of the kernel's numbers, from 1 (include/net/tcp_states.h).</summary>
    private static readonly string[] ByNumber =
    [
        "", "ESTAB", "SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "UNCONN", "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING", "NEW-SYN-RECV", "BOUND-INACTIVE",
    ];

    /// <summary>Null for a number that is no state.</summary>
    public static string? Of(int number) => number > 0 && number < ByNumber.Length ? ByNumber[number] : null;

    public static bool IsState(ReadOnlySpan<char> word)
    {
        foreach (var state in ByNumber.AsSpan(1))
        {
            if (word.SequenceEqual(state))
                return true;
        }

        return word is "CLOSED" or "UNKNOWN" or "CONNECTED";
    }

    /// <summary>From netstat's spelling; null where the word is no state.</summary>
    public static string? FromNetstat(ReadOnlySpan<char> word) => word switch
    {
        "LISTEN" or "CLOSING" => word.ToString(),
        "ESTABLISHED" => "ESTAB",
        "SYN_SENT" => "SYN-SENT",
        "SYN_RECV" => "SYN-RECV",
        "FIN_WAIT1" => "FIN-WAIT-1",
        "FIN_WAIT2" => "FIN-WAIT-2",
        "TIME_WAIT" => "TIME-WAIT",
        "CLOSE" => "UNCONN",
        "CLOSE_WAIT" => "CLOSE-WAIT",
        "LAST_ACK" => "LAST-ACK",
        "UNKNOWN" => "UNKNOWN",
        _ => null,
    };
}
