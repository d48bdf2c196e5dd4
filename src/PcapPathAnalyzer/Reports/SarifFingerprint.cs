using System.Security.Cryptography;
using System.Text;
using PcapPathAnalyzer.Diagnosis;

namespace PcapPathAnalyzer.Reports;

/// <summary>What stays the same when a bundle of the same trouble is taken again: the kind, the namespace and the cited line's text, not its number.</summary>
internal static class SarifFingerprint
{
    public static string Of(Finding f)
    {
        var what = $"{f.Code}\n{f.Namespace}\n{f.Location?.File}\n{f.Citation?.Text ?? f.Message}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what)))[..32];
    }
}
