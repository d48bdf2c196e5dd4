using Newtonsoft.Json;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Reports.Html.Data;

/// <summary>A flow's packets: a list of [label, marks, frame of the first observation, time, hop, time, hop, ...]; times in nanoseconds after the flow's first.</summary>
internal static class LadderData
{
    public static void Write(JsonTextWriter json, AnalysisResult result, Flow flow)
    {
        var packets = ShownFlows.Packets(flow).ToList();
        if (packets.Count == 0)
            return;
        var start = packets.Min(t => t.Observations.Min(o => o.Time));
        json.List(flow.Id, packets, (j, t) =>
        {
            j.WriteStartArray();
            j.WriteValue(PacketLabel.Of(flow, t));
            j.WriteValue((t.IsReply ? 1 : 0) | (t.IsRetransmission ? 2 : 0) | (t.IsIcmpError ? 4 : 0));
            j.WriteValue(t.Observations[0].Frame);
            for (var k = 0; k < t.Observations.Count; k++)
            {
                j.WriteValue(t.Hops[k]);
                j.WriteValue(t.Observations[k].Time - start);
            }

            j.WriteEndArray();
        });
    }
}
