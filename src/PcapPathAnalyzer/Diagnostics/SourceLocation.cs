namespace PcapPathAnalyzer.Diagnostics;

/// <summary>A place in a dump: the file as named inside the bundle (forward slashes), line and column from 1; 0 is "not known".</summary>
public readonly record struct SourceLocation(string File, int Line, int Column = 0)
{
    public override string ToString() => Line == 0 ? File : Column == 0 ? $"{File}:{Line}" : $"{File}:{Line}:{Column}";
}

/// <summary>A frame of a capture file, counted from 1 as Wireshark and tcpdump do; printed as <c>file#frame</c>.</summary>
public readonly record struct FrameLocation(string File, long Frame)
{
    public override string ToString() => $"{File}#{Frame}";
}
