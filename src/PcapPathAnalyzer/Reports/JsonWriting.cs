using Newtonsoft.Json;

namespace PcapPathAnalyzer.Reports;

/// <summary>The few shapes every JSON output is made of; a null member is left out.</summary>
internal static class JsonWriting
{
    public static void Member(this JsonTextWriter json, string name, string? value)
    {
        if (value is null)
            return;
        json.WritePropertyName(name);
        json.WriteValue(value);
    }

    public static void Member(this JsonTextWriter json, string name, long? value)
    {
        if (value is null)
            return;
        json.WritePropertyName(name);
        json.WriteValue(value.Value);
    }

    public static void Member(this JsonTextWriter json, string name, bool value)
    {
        json.WritePropertyName(name);
        json.WriteValue(value);
    }

    public static void Object(this JsonTextWriter json, string name, Action members)
    {
        json.WritePropertyName(name);
        json.WriteStartObject();
        members();
        json.WriteEndObject();
    }

    /// <summary>A SARIF message or description: an object with a text.</summary>
    public static void Text(this JsonTextWriter json, string name, string text) => json.Object(name, () => json.Member("text", Printable.Lines(text)));

    public static void List<T>(this JsonTextWriter json, string name, IEnumerable<T> items, Action<JsonTextWriter, T> write)
    {
        json.WritePropertyName(name);
        json.WriteStartArray();
        foreach (var item in items)
            write(json, item);
        json.WriteEndArray();
    }
}
