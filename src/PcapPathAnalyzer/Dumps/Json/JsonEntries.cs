using System.Buffers;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps.Json;

/// <summary>The objects of a JSON dump one by one, so that a file cut short still gives those before the cut.</summary>
internal static class JsonEntries
{
    // iproute2 prints a tunnel's `dst` behind the route's under the same name: the first is the route's.
    private static readonly JsonLoadSettings Settings = new() { DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Ignore, LineInfoHandling = LineInfoHandling.Load };

    private static readonly SearchValues<char> Punctuation = SearchValues.Create("[]{}, \t");

    /// <summary>True where the text begins as JSON does.</summary>
    public static bool IsJson(DumpText text)
    {
        for (var i = 0; i < text.Count; i++)
        {
            var line = text[i].AsSpan().TrimStart();
            if (!line.IsEmpty)
                return line[0] == '{' || (line[0] == '[' && (line.Length == 1 || line[1..].TrimStart() is var rest && (rest.IsEmpty || rest[0] is '{' or ']')));
        }

        return false;
    }

    /// <summary>True for <c>[]</c> and <c>[{},{}]</c>: a command that had nothing to print.</summary>
    public static bool IsEmpty(DumpText text) => text.Count < 100 && IsJson(text) && text.Lines.All(static line => line.AsSpan().IndexOfAnyExcept(Punctuation) < 0);

    /// <summary>The first object that has members; null where there is none, or where the text is no JSON up to there.</summary>
    public static JObject? First(DumpText text)
    {
        if (!IsJson(text))
            return null;
        foreach (var entry in Read(text, static _ => { }))
        {
            if (entry.Count > 0)
                return entry;
        }

        return null;
    }

    /// <summary>Reads the objects of all arrays, and those that stand alone.</summary>
    /// <param name="fault">Called once, where the text stops being JSON.</param>
    /// <param name="isEnveloped">True where the objects stand in arrays of an outer one: <c>{"nftables": [...]}</c>.</param>
    public static IEnumerable<JObject> Read(DumpText text, Action<Problem> fault, bool isEnveloped = false)
    {
        // A lone CR would be a line of its own to the JSON reader, and to nobody else.
        using var reader = new JsonTextReader(new StringReader(string.Join('\n', text.Lines).Replace('\r', ' '))) { SupportMultipleContent = true, DateParseHandling = DateParseHandling.None, MaxDepth = 64 };
        while (true)
        {
            JObject entry;
            try
            {
                if (!reader.Read())
                    break;
                if (reader.TokenType != JsonToken.StartObject || (isEnveloped && reader.Depth == 0))
                    continue;
                entry = JObject.Load(reader, Settings);
            }
            catch (JsonException e)
            {
                var line = Math.Clamp(reader.LineNumber, 1, Math.Max(1, text.Count)) - 1;
                fault(new Problem(Severity.Warning, "unreadable-input", text.At(line, Math.Max(1, reader.LinePosition)), "no JSON from here on: " + FirstSentence(e.Message)));
                yield break;
            }

            yield return entry;
        }
    }

    /// <summary>Where an object begins in the file.</summary>
    public static SourceLocation At(this DumpText text, JToken token) =>
        token is IJsonLineInfo info && info.HasLineInfo() ? text.At(info.LineNumber - 1, Math.Max(1, info.LinePosition)) : text.At(0);

    private static string FirstSentence(string message) => message.IndexOf(". ", StringComparison.Ordinal) is var end and > 0 ? message[..end] : message;
}
