using System.Collections.Concurrent;
using PacketDotNet;
using PcapPathAnalyzer.Capture;
using SharpPcap.LibPcap;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary>A filter in libpcap's syntax, compiled once per link type by the native libpcap through SharpPcap. Nothing else needs that library.</summary>
internal sealed class BpfFilter(string expression) : IDisposable
{
    private readonly ConcurrentDictionary<LinkType, Lazy<BpfProgram>> programs = [];

    /// <exception cref="BpfFilterException">libpcap is missing or does not understand the expression.</exception>
    public bool Matches(LinkType linkType, ReadOnlySpan<byte> data) => Program(linkType).Matches(data);

    /// <summary>Tells before any file is read whether the expression can be used at all.</summary>
    /// <exception cref="BpfFilterException">libpcap is missing or does not understand the expression.</exception>
    public void Check() => Program(LinkType.Ethernet);

    public void Dispose()
    {
        // One that could not be compiled would throw again.
        foreach (var program in programs.Values.Where(static p => p.IsValueCreated))
            program.Value.Dispose();
    }

    // Captures are read side by side, and a program may be run by many threads at once.
    private BpfProgram Program(LinkType linkType) => programs.GetOrAdd(linkType, l => new Lazy<BpfProgram>(() => Compile(l))).Value;

    private BpfProgram Compile(LinkType linkType)
    {
        try
        {
            return BpfProgram.TryCreate((LinkLayers)(int)DataLink(linkType), expression, 1, 0)
                ?? throw new BpfFilterException($"--filter: libpcap cannot compile '{expression}' for link type {linkType.Name()}");
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException } or EntryPointNotFoundException)
        {
            throw new BpfFilterException("--filter needs the native libpcap: install it (Debian, Ubuntu: apt install libpcap0.8; Fedora: dnf install libpcap; macOS has it; Windows: Npcap)", e);
        }
    }

    // Files say LINKTYPE_RAW, the library wants its own DLT_RAW.
    private static int DataLink(LinkType linkType) => linkType == LinkType.Raw ? 12 : (int)linkType;
}

/// <summary>The filter cannot be used; the message is one line for the user.</summary>
internal sealed class BpfFilterException(string message, Exception? inner = null) : Exception(message, inner);
