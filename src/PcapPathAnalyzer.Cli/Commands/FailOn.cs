using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary>The argument of <c>--fail-on</c>.</summary>
internal static class FailOn
{
    /// <param name="text">Null where the option was not given.</param>
    /// <param name="threshold">Null for none.</param>
    public static bool TryRead(string? text, out Severity? threshold)
    {
        threshold = null;
        if (text is null)
            return true;
        if (!Enum.TryParse<Severity>(text, ignoreCase: true, out var severity) || !Enum.IsDefined(severity))
            return false;
        threshold = severity;
        return true;
    }

    public static string Refusal(string? text) => $"--fail-on: '{text}' is none of info, warning, error";
}
