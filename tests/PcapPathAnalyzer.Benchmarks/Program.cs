using BenchmarkDotNet.Running;
using PcapPathAnalyzer.Benchmarks;

if (args is ["stitch", var folder, var flows, var packets])
    return StitchTiming.Run(folder, int.Parse(flows), int.Parse(packets));
if (args is ["rules", var rules])
    return RulesTiming.Run(int.Parse(rules));
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
