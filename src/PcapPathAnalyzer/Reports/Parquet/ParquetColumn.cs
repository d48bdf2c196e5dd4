using Parquet;
using Parquet.Schema;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Reports.Parquet;

/// <summary>A column of a Parquet table: its name, how a row's value is told, and the values of the rows not yet written.</summary>
internal abstract class ParquetColumn<TRow>(DataField definition)
{
    public DataField Field => definition;

    public abstract void Add(in TRow row);

    /// <summary>Writes the values gathered as one column chunk and forgets them.</summary>
    public abstract void Flush(ParquetRowGroupWriter group);
}

/// <summary>Text; null is "not known".</summary>
internal sealed class TextColumn<TRow>(string name, RowValue<TRow, string?> value) : ParquetColumn<TRow>(new DataField<string>(name, nullable: true))
{
    private readonly List<string?> values = [];

    // Text is no formula here and needs no apostrophe, but what could fool a terminal goes.
    public override void Add(in TRow row) => values.Add(value(row) is { Length: > 0 } text ? Printable.Text(text) : null);

    public override void Flush(ParquetRowGroupWriter group)
    {
        group.WriteAsync(Field, values!).GetAwaiter().GetResult();
        values.Clear();
    }
}

/// <summary>A number or a truth value; null is "not known".</summary>
internal sealed class ValueColumn<TRow, T>(string name, RowValue<TRow, T?> value) : ParquetColumn<TRow>(new DataField<T?>(name))
    where T : struct
{
    private T?[] values = new T?[256];
    private int count;

    public override void Add(in TRow row)
    {
        if (count == values.Length)
            Array.Resize(ref values, count * 2);
        values[count++] = value(row);
    }

    public override void Flush(ParquetRowGroupWriter group)
    {
        group.WriteAsync<T>(Field, values.AsMemory(0, count), null, null, default).GetAwaiter().GetResult();
        count = 0;
    }
}

/// <summary>A time as Parquet's TIMESTAMP in microseconds (UTC), which every reader knows.</summary>
internal sealed class TimeColumn<TRow>(string name, RowValue<TRow, Timestamp?> value) : ParquetColumn<TRow>(new DateTimeDataField(name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, unit: DateTimeTimeUnit.Micros, isNullable: true))
{
    private readonly List<DateTime?> values = [];

    public override void Add(in TRow row) => values.Add(value(row) is { } time ? DateTime.UnixEpoch.AddTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick) : null);

    public override void Flush(ParquetRowGroupWriter group)
    {
        group.WriteAsync<DateTime>(Field, values.ToArray(), null, null, default).GetAwaiter().GetResult();
        values.Clear();
    }
}

/// <summary>What a column says of a row.</summary>
internal delegate T RowValue<TRow, out T>(in TRow row);
