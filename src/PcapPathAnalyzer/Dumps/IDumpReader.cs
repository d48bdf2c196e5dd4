namespace PcapPathAnalyzer.Dumps;

/// <summary>Reads one kind of dump. Adding a kind is one file with one of these, and one line in <see cref="DumpReaders"/>.</summary>
public interface IDumpReader
{
    /// <summary>The command whose output this is: <c>ip-addr</c>, <c>ip-route</c>, <c>iptables-save</c>, ...</summary>
    string Kind { get; }

    /// <summary>How sure the reader is, from the content alone, that the text is its own: 0 (not) to 100 (certain).</summary>
    int Recognise(DumpText text);

    /// <summary>The most that <see cref="Recognise"/> ever says: where another reader is as sure, this one is not asked.</summary>
    int Surest => 100;

    /// <summary>Adds a record per entry, and a problem per line it does not understand. Never throws on any text.</summary>
    void Read(DumpText text, DumpDocument document);
}
