using System.ComponentModel;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>Sockets that live in another network namespace: a socket stays where it was made, so one thread goes there and makes them (setns(2)).</summary>
internal sealed partial class NamespaceSockets : IDisposable
{
    private const int CloneNewNet = 0x40000000;
    private const int SolSocket = 1;
    private const int SoMark = 36;

    private readonly List<Socket> sockets = [];
    private readonly Socket raw;
    private readonly Socket raw6;

    public NamespaceSockets(string name)
    {
        (raw, raw6) = In(name, () => (new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw), new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.Raw)));
        raw.EnableBroadcast = true;
        sockets.AddRange([raw, raw6]);
        Name = name;
    }

    public string Name { get; }

    /// <summary>Sends an IP packet as it is, header included (raw(7), IP_HDRINCL).</summary>
    public void Send(Probe probe)
    {
        var socket = probe.Destination.AddressFamily == AddressFamily.InterNetwork ? raw : raw6;
        socket.SetRawSocketOption(SolSocket, SoMark, BitConverter.GetBytes(probe.Mark));
        try
        {
            socket.SendTo(probe.ToBytes(), new IPEndPoint(probe.Destination, 0));
        }
        catch (SocketException)
        {
            // A packet that is dropped or refused in its own namespace fails the call; the trace says the rest.
        }
    }

    /// <summary>Listens for TCP, and answers UDP with what it got, on every address that the namespace has now: an answer comes from where it was asked.</summary>
    public void Listen(int port)
    {
        var made = In(Name, () => NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => a.Address).Where(a => !a.IsIPv6LinkLocal).Distinct().SelectMany(a => Listen(new IPEndPoint(a, port))).ToList());
        sockets.AddRange(made);
        foreach (var socket in made.Where(s => s.SocketType == SocketType.Dgram))
            _ = EchoAsync(socket);
    }

    public void Dispose() => sockets.ForEach(s => s.Dispose());

    /// <summary>Makes something in another namespace, on a thread that goes there.</summary>
    public static T In<T>(string name, Func<T> make)
    {
        T? made = default;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle($"/run/netns/{name}");
                if (SetNamespace((int)file.DangerousGetHandle(), CloneNewNet) != 0)
                    throw new Win32Exception(Marshal.GetLastPInvokeError());
                made = make();
            }
            catch (Exception e) when (e is IOException or Win32Exception or SocketException)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? made! : throw new InvalidOperationException($"no sockets in {name}", failure);
    }

    private static Socket[] Listen(IPEndPoint local)
    {
        var tcp = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        tcp.Bind(local);
        tcp.Listen(256);
        var udp = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(local);
        return [tcp, udp];
    }

    private static async Task EchoAsync(Socket socket)
    {
        var buffer = new byte[65536];
        while (true)
        {
            try
            {
                var got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, socket.LocalEndPoint!);
                // Two that answer each other would never end.
                if (((IPEndPoint)got.RemoteEndPoint).Port != ((IPEndPoint)socket.LocalEndPoint!).Port)
                    await socket.SendToAsync(buffer.AsMemory(0, got.ReceivedBytes), SocketFlags.None, got.RemoteEndPoint);
            }
            catch (SocketException) when (!socket.SafeHandle.IsClosed)
            {
                // A rule that drops the answer fails the call; the next one may get through.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);
}
