namespace PcapPathAnalyzer.Bundles;

/// <summary>Reads a bundle: tells captures from dumps by content, and reads the dumps.</summary>
public static class BundleReader
{
    /// <summary>Reads all dumps, and finds the captures without reading them.</summary>
    /// <param name="path">A folder, an archive (tar, plain or in gzip, zstd, xz or bzip2; zip), or one capture.</param>
    /// <exception cref="BundleException">There is nothing at the path, or nothing to read in it.</exception>
    public static Bundle Read(string path)
    {
        var contents = BundleContents.Open(path);
        try
        {
            return Read(path, contents);
        }
        catch
        {
            contents.Dispose();
            throw;
        }
    }

    private static Bundle Read(string path, BundleContents contents)
    {
        var manifest = BundleManifest.Of(contents);
        var sorter = new BundleSorter(contents, manifest);
        if (sorter.Captures.Count == 0 && sorter.Dumps.All(d => d.Document.Records.Count == 0))
        {
            var why = sorter.Problems.Count == 0 ? "" : $" ({sorter.Problems[0].Location.File}: {sorter.Problems[0].Message})";
            throw new BundleException($"{path}: no capture and no dump found in it{why}");
        }

        return new Bundle
        {
            Name = contents.Name,
            Dumps = sorter.Dumps,
            Captures = sorter.Captures,
            Problems = sorter.Problems,
            Items = sorter.Items,
            Collectors = sorter.Collectors,
            StatedNodes = manifest.Nodes,
            StatedClocks = manifest.Clocks,
            Contents = contents,
        };
    }
}
