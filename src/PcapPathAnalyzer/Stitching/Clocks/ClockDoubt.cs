using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Clocks;

/// <summary>What the clocks of two capture points may be wrong by against each other, where both are corrected: 0 on one clock, null where nothing compares them; nanoseconds.</summary>
/// <param name="a">The one point.</param>
/// <param name="b">The other one.</param>
/// <param name="first">A time of the reference clock.</param>
/// <param name="last">A later one: no time between them is more uncertain.</param>
internal delegate long? ClockDoubt(CapturePoint a, CapturePoint b, long first, long last);
