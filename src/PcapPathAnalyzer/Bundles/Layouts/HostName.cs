using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary>A host's own word for its name, in the files that hold it.</summary>
internal static partial class HostName
{
    /// <summary>What is read of a file; <c>sysctl -a</c> is long, its <c>kernel.hostname</c> in the first third.</summary>
    private const int MaxBytes = 1 << 19;

    /// <param name="relative">The file's path below its collector's root.</param>
    /// <returns>Null where the file does not hold the name.</returns>
    public static string? Of(BundleFile file, string relative)
    {
        var leaf = LayoutPaths.Leaf(relative);
        var pattern = leaf switch
        {
            _ when IsHostNameFile(relative, leaf) => Alone(),
            _ when leaf.StartsWith("uname", StringComparison.Ordinal) => Uname(),
            _ when leaf.StartsWith("sysctl", StringComparison.Ordinal) => Sysctl(),
            _ => null,
        };
        return pattern?.Match(Head(file)) is { Success: true } m && m.Groups["name"].Value is not ("localhost" or "localhost.localdomain") ? m.Groups["name"].Value : null;
    }

    private static bool IsHostNameFile(string relative, string leaf) =>
        leaf is "hostname" or "hostname.txt" or "hostname.md" || relative.EndsWith("sos_commands/host/hostname_-f", StringComparison.Ordinal);

    private static string Head(BundleFile file)
    {
        try
        {
            using var reader = new StreamReader(file.Open());
            var text = new char[MaxBytes];
            return new string(text, 0, reader.ReadBlock(text));
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [GeneratedRegex(@"^\s*(?<name>[A-Za-z0-9][-A-Za-z0-9._]*)\s*$", RegexOptions.None, 1000)]
    private static partial Regex Alone();

    [GeneratedRegex(@"^Linux (?<name>[A-Za-z0-9][-A-Za-z0-9._]*) \d", RegexOptions.Multiline, 1000)]
    private static partial Regex Uname();

    [GeneratedRegex(@"^kernel\.hostname ?= ?(?<name>[A-Za-z0-9][-A-Za-z0-9._]*)\s*$", RegexOptions.Multiline, 1000)]
    private static partial Regex Sysctl();
}
