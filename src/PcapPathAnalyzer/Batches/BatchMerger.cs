using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Reports.Parquet;

namespace PcapPathAnalyzer.Batches;

/// <summary>Joins what several workers wrote into what one worker would have written.</summary>
public static class BatchMerger
{
    /// <summary>Brings the bundles' results of all folders into one (those that lie there already stay) and makes the summary over all.</summary>
    /// <exception cref="BundleException">A folder holds no results, or two folders hold different ones under one name.</exception>
    /// <exception cref="IOException">The output cannot be written.</exception>
    public static BatchSummary Merge(IEnumerable<BatchFolder> folders, BatchFolder output)
    {
        var records = new Dictionary<string, (BundleRecord Record, BatchFolder From)>(StringComparer.Ordinal);
        foreach (var folder in folders)
        {
            var found = 0;
            foreach (var name in folder.Done())
            {
                if (BundleRecord.TryRead(folder.Record(name)) is not { } record)
                    continue;
                found++;
                if (!records.TryAdd(name, (record, folder)) && records[name].Record.Fingerprint != record.Fingerprint)
                    throw new BundleException($"{folder.Root}: bundle {name} has other results in {records[name].From.Root}; merge folders of one batch");
            }

            if (found == 0)
                throw new BundleException($"{folder.Root}: no results of a batch in it (bundles/NAME/bundle-record.json)");
        }

        foreach (var (name, (_, from)) in records)
        {
            if (Path.GetFullPath(from.Root) != Path.GetFullPath(output.Root))
                Copy(from, output, name);
        }

        return new BatchSummary(records.Values.Select(r => r.Record));
    }

    // The record last, as where it was made.
    private static void Copy(BatchFolder from, BatchFolder to, string name)
    {
        Directory.CreateDirectory(to.Bundle(name));
        foreach (var table in ParquetDataset.Tables.Where(t => File.Exists(from.Dataset(name).File(t))))
        {
            var target = to.Dataset(name).File(table);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(from.Dataset(name).File(table), target, overwrite: true);
        }

        var record = from.Record(name);
        foreach (var file in Directory.GetFiles(from.Bundle(name)).Where(f => f != record).Append(record))
            File.Copy(file, Path.Combine(to.Bundle(name), Path.GetFileName(file)), overwrite: true);
    }
}
