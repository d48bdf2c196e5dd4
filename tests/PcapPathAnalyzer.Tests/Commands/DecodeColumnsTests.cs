using PcapPathAnalyzer.Tests.Bundles;
using PcapPathAnalyzer.Tests.Capture;
using PcapPathAnalyzer.Tests.Decode;

namespace PcapPathAnalyzer.Tests.Commands;

/// <summary>The columns that <c>decode</c> prints beside what tshark says of the same frames.</summary>
public sealed class DecodeColumnsTests
{
    [Test]
    public async Task Every_column_that_tshark_can_tell_is_what_tshark_says()
    {
        using var tshark = Tshark.Start();
        if (tshark is null)
            Assert.Ignore("tshark is not installed");
        using var folder = new TemporaryFolder();
        var path = folder["all.pcapng"];
        var origins = MergedCapture.Write(CaptureFiles.Others().Concat(CaptureFiles.InBundles()), path);
        var rows = await DecodedRows.OfAsync(path);
        Assert.That(rows, Has.Count.EqualTo(origins.Count));

        var compared = DecodedRows.Columns.ToDictionary(static column => column, static _ => 0, StringComparer.Ordinal);
        var differences = new List<string>();
        foreach (var (row, fields) in rows.Zip(tshark.Fields(path, TsharkRow.Fields)))
        {
            foreach (var (column, theirs) in new TsharkRow(fields).Columns())
            {
                compared[column]++;
                if (row[column] != theirs && !IsExplained(column, row, theirs))
                    differences.Add($"{origins[int.Parse(row["frame"]) - 1]} {column}: ours '{row[column]}' theirs '{theirs}' ({fields[1]}; {row["note"]})");
            }
        }

        TestContext.Out.WriteLine(string.Join(", ", compared.Select(static c => $"{c.Key} {c.Value}")));
        Assert.That(differences, Is.Empty);
        // The file's name is ours, the link type and the note are words of ours.
        Assert.That(compared.Where(static c => c.Value == 0).Select(static c => c.Key), Is.EqualTo(new[] { "file", "link_type", "note" }));
    }

    // Where a length or a version lies, or a header is cut, what each of the two still says is the other test's matter.
    private static bool IsExplained(string column, Dictionary<string, string> row, string theirs) =>
        row["note"].Contains(" at byte ", StringComparison.Ordinal)
        || (column == "encapsulation" && row[column] == "nvgre" && theirs == "gre")
        || (column == "interface" && DecodedRows.Unguarded(row[column]).ReplaceLineEndings("\\r\\n") == theirs);
}
