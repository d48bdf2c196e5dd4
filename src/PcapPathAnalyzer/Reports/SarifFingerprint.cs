using System.Security.Cryptography;
using System.Text;
using PcapPathAnalyzer.Diagnosis;

namespace PcapPathAnalyzer.Reports;

/// <summary>What stays the same when a bundle of the same trouble is taken again: the kind, the namespace and the cited line's text, not its number.</summary>
internal static class SarifFingerprint
{
    public static string Of(Finding f) => Of(f.Code, f.Namespace, f.Location?.File, f.Citation?.Text ?? f.Message);

    public static string Of(string code, string ns, string? file, string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{code}\n{ns}\n{file}\n{text}")))[..32];
}
