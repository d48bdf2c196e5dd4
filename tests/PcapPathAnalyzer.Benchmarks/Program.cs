using BenchmarkDotNet.Running;
using PcapPathAnalyzer.Benchmarks;

if (args is ["stitch", var folder, var flows, var packets])
    return StitchTiming.Run(folder, int.Parse(flows), int.Parse(packets));
if (args is ["fuzz", var seconds, .. var files])
    return FuzzRun.Run(int.Parse(seconds), files);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
