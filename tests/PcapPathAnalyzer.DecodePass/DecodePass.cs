namespace PcapPathAnalyzer.Benchmarks;

/// <summary>Prints a line per pass, in the words of <c>floor.c</c>: packets, flows, a sum over facts, nanoseconds, nanoseconds of processor time.</summary>
internal static class DecodePass
{
    public static int Run(string[] captures)
    {
        var results = new PassResult[captures.Length];
        Parallel.For(0, captures.Length, i => results[i] = DecodeRun.Run(captures[i]));
        foreach (var r in results)
            Console.WriteLine(FormattableString.Invariant($"{r.Packets} {r.Flows} {r.Sum} {r.Seconds * 1e9:F0} {r.CpuSeconds * 1e9:F0}"));
        return 0;
    }
}
