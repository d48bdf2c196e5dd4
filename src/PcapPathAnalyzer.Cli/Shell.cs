using System.CommandLine;
using PcapPathAnalyzer.Bundles;

namespace PcapPathAnalyzer.Cli;

/// <summary>What all commands share: exit codes, and one clear line where the input cannot be used.</summary>
internal static class Shell
{
    public const int Done = 0;
    public const int FindingReached = 1;
    public const int Unusable = 2;

    public static int Run(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            Console.Error.WriteLine($"pcappath: {parsed.Errors[0].Message} (pcappath --help lists the commands)");
            return Unusable;
        }

        Talk.Apply(parsed);
        using var interruption = new Interruption();
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception e) when (e is BundleException or Commands.BpfFilterException)
        {
            return Refuse(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refuse(e.Message);
        }
    }

    public static int Refuse(string message)
    {
        Console.Error.WriteLine($"pcappath: {message}");
        return Unusable;
    }
}
