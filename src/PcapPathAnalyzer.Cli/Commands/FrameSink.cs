using CsvHelper;
using Newtonsoft.Json;
using PcapPathAnalyzer.Reports;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary>Takes the columns of one frame after another, always in the same order; a null is a column that is not known.</summary>
internal abstract class FrameSink : IDisposable
{
    public abstract void Text(string column, string? value);

    public abstract void Value<T>(string column, T? value)
        where T : struct, ISpanFormattable;

    public abstract void EndFrame();

    public abstract void Dispose();
}

/// <summary>RFC 4180, a header line first.</summary>
internal sealed class CsvFrameSink : FrameSink
{
    private readonly CsvWriter csv;

    public CsvFrameSink(TextWriter writer, IEnumerable<string> columns)
    {
        csv = CsvTable.Create(writer);
        foreach (var column in columns)
            csv.WriteField(column);
        csv.EndRecord();
    }

    public override void Text(string column, string? value) => csv.WriteText(value);

    public override void Value<T>(string column, T? value)
    {
        if (value is { } known)
            Format(known);
        else
            csv.WriteField((string?)null);
    }

    public override void EndFrame() => csv.EndRecord();

    private void Format<T>(T value)
        where T : struct, ISpanFormattable
    {
        // The longest values are IPv6 addresses and times.
        Span<char> text = stackalloc char[64];
        if (value.TryFormat(text, out var written, default, null))
            csv.WriteField(text[..written]);
        else
            csv.WriteField(value.ToString(null, null));
    }

    public override void Dispose() => csv.Dispose();
}

/// <summary>A JSON object per line; what is not known is left out.</summary>
internal sealed class JsonFrameSink(TextWriter writer) : FrameSink
{
    private readonly JsonTextWriter json = new(writer) { CloseOutput = false };
    private bool open;

    public override void Text(string column, string? value)
    {
        if (value is not { Length: > 0 })
            return;
        Name(column);
        json.WriteValue(value);
    }

    public override void Value<T>(string column, T? value)
    {
        if (value is not { } known)
            return;
        Name(column);
        switch (known)
        {
            case int number:
                json.WriteValue(number);
                break;
            case uint number:
                json.WriteValue(number);
                break;
            case long number:
                json.WriteValue(number);
                break;
            default:
                json.WriteValue(known.ToString(null, null));
                break;
        }
    }

    public override void EndFrame()
    {
        if (open)
            json.WriteEndObject();
        open = false;
        json.WriteWhitespace("\n");
    }

    public override void Dispose() => json.Close();

    private void Name(string column)
    {
        if (!open)
            json.WriteStartObject();
        open = true;
        json.WritePropertyName(column);
    }
}
