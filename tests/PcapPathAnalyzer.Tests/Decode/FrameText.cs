using System.Reflection;
using System.Text;
using PcapPathAnalyzer.Decode;

namespace PcapPathAnalyzer.Tests.Decode;

/// <summary>Everything that a decoded frame says, as text: fields that are added later are compared, too.</summary>
internal static class FrameText
{
    private static readonly FieldInfo[] Fields = typeof(PacketFacts).GetFields(BindingFlags.Instance | BindingFlags.Public);

    private static readonly PropertyInfo[] Properties =
        [.. typeof(DecodedFrame).GetProperties().Where(static p => p.Name is not (nameof(DecodedFrame.Packets) or nameof(DecodedFrame.Innermost) or nameof(DecodedFrame.Outermost)))];

    public static string Of(DecodedFrame frame)
    {
        var text = new StringBuilder();
        foreach (var property in Properties)
            text.Append(property.Name).Append(' ').Append(property.GetValue(frame)).Append("; ");
        foreach (var packet in frame.Packets)
        {
            object boxed = packet;
            text.AppendLine();
            foreach (var field in Fields)
                text.Append(field.Name).Append(' ').Append(field.GetValue(boxed)).Append("; ");
        }

        return text.ToString();
    }
}
