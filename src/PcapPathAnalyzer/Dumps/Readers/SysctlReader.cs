using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>sysctl -a</c> and sysctl.conf. Keys below <c>net.</c> give records; the others are read over.</summary>
internal sealed class SysctlReader : IDumpReader
{
    public string Kind => "sysctl";

    public int Recognise(DumpText text) => Share.Of(text, static line => IsKey(line, out _) || line[0] == ';' || line.StartsWith("sysctl:"));

    public void Read(DumpText text, DumpDocument document)
    {
        for (var i = 0; i < text.Count; i++)
        {
            var line = text[i].AsSpan();
            // "sysctl: reading key "net.ipv6.conf.all.stable_secret"" goes to standard error.
            if (text.IsBlank(i) || line.TrimStart()[0] == ';' || line.StartsWith("sysctl:"))
                continue;
            if (!IsKey(line, out var equals))
            {
                document.Add(Unknown.Line(this, text, i));
                continue;
            }

            var name = line[..equals].Trim().TrimStart('-').ToString();
            if (name.StartsWith("net.", StringComparison.Ordinal) || name.StartsWith("net/", StringComparison.Ordinal))
                document.Add(new SysctlRecord { Location = text.At(i), Name = name.StartsWith("net/", StringComparison.Ordinal) ? Dotted(name) : name, Value = line[(equals + 1)..].Trim().ToString() });
        }
    }

    // sysctl takes slashes for dots and dots for slashes (sysctl.d(5)).
    private static string Dotted(string name) => string.Create(name.Length, name, static (span, from) =>
    {
        for (var i = 0; i < span.Length; i++)
            span[i] = from[i] == '/' ? '.' : from[i] == '.' ? '/' : from[i];
    });

    private static bool IsKey(ReadOnlySpan<char> line, out int equals)
    {
        equals = line.IndexOf('=');
        if (equals <= 0)
            return false;
        var key = line[..equals].Trim();
        if (key.IsEmpty || key.IndexOfAny('.', '/') <= 0)
            return false;
        foreach (var c in key)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '/' or '_' or '-' or ':' or '@' or '*'))
                return false;
        }

        return true;
    }
}
