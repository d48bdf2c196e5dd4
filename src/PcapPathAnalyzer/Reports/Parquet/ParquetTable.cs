using Parquet;
using Parquet.Schema;

namespace PcapPathAnalyzer.Reports.Parquet;

/// <summary>Writes rows as a Parquet file (Apache Parquet format 2), a row group at a time: memory does not follow the number of rows.</summary>
internal sealed class ParquetTable<TRow> : IDisposable
{
    private const int RowsPerGroup = 200_000;

    private readonly IReadOnlyList<ParquetColumn<TRow>> columns;
    private readonly ParquetWriter writer;
    private int rows;

    /// <param name="stream">Gets the file; is left open.</param>
    public ParquetTable(Stream stream, IReadOnlyList<ParquetColumn<TRow>> columns)
    {
        this.columns = columns;
        var options = new ParquetOptions { CompressionMethod = CompressionMethod.Zstd };
        writer = ParquetWriter.CreateAsync(new ParquetSchema(columns.Select(c => c.Field)), stream, options).GetAwaiter().GetResult();
    }

    public void Add(in TRow row)
    {
        foreach (var column in columns)
            column.Add(row);
        if (++rows == RowsPerGroup)
            Flush();
    }

    public void Dispose()
    {
        if (rows > 0)
            Flush();
        writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private void Flush()
    {
        using var group = writer.CreateRowGroup();
        foreach (var column in columns)
            column.Flush(group);
        rows = 0;
    }
}
