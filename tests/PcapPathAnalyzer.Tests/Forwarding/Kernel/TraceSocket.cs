using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>
/// The kernel's own trace of the packets of one namespace, as it multicasts it (NFNLGRP_NFTRACE; include/uapi/linux/netfilter/nf_tables.h, enum
/// nft_trace_attributes). Read here and not through xtables-monitor(8), which ends at a DNAT rule of ip6tables and asks for each rule's text later.
/// </summary>
internal sealed partial class TraceSocket : IDisposable
{
    private const int Netlink = 16;
    private const int RawNonBlocking = 3 | 0x800;
    private const int NetfilterProtocol = 12;
    private const int NetlinkLevel = 270;
    private const int AddMembership = 1;
    private const int TraceGroup = 9;
    private const int SocketLevel = 1;
    private const int ForceReceiveBuffer = 33;
    private const int NfTablesTrace = (10 << 8) | 17;

    private readonly int descriptor;

    public TraceSocket(string ns)
    {
        descriptor = NamespaceSockets.In(ns, static () =>
        {
            var made = Socket(Netlink, RawNonBlocking, NetfilterProtocol);
            var (group, room) = (TraceGroup, 32 << 20);
            // Of port 0, as before it is bound, the kernel believes that it asked for nothing (do_one_broadcast, net/netlink/af_netlink.c).
            return Bind(made, [Netlink, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 12) == 0 && Set(made, SocketLevel, ForceReceiveBuffer, ref room, sizeof(int)) == 0 && Set(made, NetlinkLevel, AddMembership, ref group, sizeof(int)) == 0
                ? made
                : throw new System.ComponentModel.Win32Exception(Marshal.GetLastPInvokeError());
        });
    }

    /// <summary>What was traced since the last call; the kernel sends it while it handles the packet.</summary>
    public List<TraceEvent> Read()
    {
        var events = new List<TraceEvent>();
        var buffer = new byte[1 << 16];
        while (Receive(descriptor, buffer, buffer.Length, 0) is > 0 and var length)
        {
            for (var at = 0; at + 16 <= length;)
            {
                var size = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(at));
                if (size < 16 || at + size > length)
                    break;
                if (BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + 4)) == NfTablesTrace)
                    events.Add(Event(buffer.AsSpan(at + 16, size - 16)));
                at += (size + 3) & ~3;
            }
        }

        return events;
    }

    /// <summary>Forgets all connections (IPCTNL_MSG_CT_DELETE without a tuple, include/uapi/linux/netfilter/nfnetlink_conntrack.h).</summary>
    public void ForgetConnections()
    {
        byte[] message = [20, 0, 0, 0, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        _ = Send(descriptor, message, message.Length, 0);
    }

    public void Dispose() => _ = Close(descriptor);

    // struct nfgenmsg, then attributes; numbers inside are big-endian.
    private static TraceEvent Event(ReadOnlySpan<byte> message)
    {
        var found = new TraceEvent { Family = message[0] };
        for (var at = 4; at + 4 <= message.Length;)
        {
            var size = BinaryPrimitives.ReadUInt16LittleEndian(message[at..]);
            if (size < 4 || at + size > message.Length)
                break;
            var value = message.Slice(at + 4, size - 4);
            switch (BinaryPrimitives.ReadUInt16LittleEndian(message[(at + 2)..]) & 0x3FFF)
            {
                case 1: found.Table = Text(value); break;
                case 2: found.Chain = Text(value); break;
                case 3: found.Handle = BinaryPrimitives.ReadInt64BigEndian(value); break;
                case 4: found.Kind = (TraceKind)BinaryPrimitives.ReadInt32BigEndian(value); break;
                case 6: found.Id = BinaryPrimitives.ReadUInt32BigEndian(value); break;
                case 8: found.NetworkHeader = value.ToArray(); break;
                case 9: found.TransportHeader = value.ToArray(); break;
                case 10: found.In = BinaryPrimitives.ReadInt32BigEndian(value); break;
                case 12: found.Out = BinaryPrimitives.ReadInt32BigEndian(value); break;
                case 14: found.Mark = BinaryPrimitives.ReadUInt32BigEndian(value); break;
                case 16: found.Policy = BinaryPrimitives.ReadInt32BigEndian(value) == 1 ? "ACCEPT" : "DROP"; break;
            }

            at += (size + 3) & ~3;
        }

        return found;
    }

    private static string Text(ReadOnlySpan<byte> value) => Encoding.ASCII.GetString(value.TrimEnd((byte)0));

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int descriptor, byte[] address, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int Set(int descriptor, int level, int option, ref int value, int length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int descriptor, byte[] buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int descriptor, byte[] buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}

/// <summary>enum nft_trace_types.</summary>
internal enum TraceKind
{
    Policy = 1,

    Return = 2,

    /// <summary>Without a handle it is a chain's end.</summary>
    Rule = 3,
}

/// <summary>One rule that matched, or one policy; the first of each chain has the packet's headers.</summary>
internal sealed class TraceEvent
{
    /// <summary>NFPROTO_INET 1, NFPROTO_IPV4 2, NFPROTO_IPV6 10.</summary>
    public byte Family { get; init; }

    public uint Id { get; set; }

    public TraceKind Kind { get; set; }

    public string Table { get; set; } = "";

    public string Chain { get; set; } = "";

    public long Handle { get; set; }

    public string Policy { get; set; } = "";

    public uint Mark { get; set; }

    /// <summary>ifindex; 0 for none.</summary>
    public int In { get; set; }

    public int Out { get; set; }

    public byte[]? NetworkHeader { get; set; }

    public byte[]? TransportHeader { get; set; }
}
