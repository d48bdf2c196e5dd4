using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps.Text;

/// <summary>
/// Reads a text that may hold the output of several commands without a heading between them: runs of lines that one reader
/// does not understand are offered to the others. Each reader is asked once per run, so the work stays linear.
/// </summary>
internal sealed class MixedText(DumpText text, DumpDocument document)
{
    private readonly List<DumpRecord> records = [];

    /// <summary>Reads with the reader that recognised the text.</summary>
    public void Read(IDumpReader reader)
    {
        Read(text, reader, DumpReaders.All);
        foreach (var record in records.OrderBy(static r => r.Location.Line))
            document.Add(text.NetworkNamespace is { } netns ? record with { NetworkNamespace = netns } : record);
    }

    private void Read(DumpText part, IDumpReader reader, IReadOnlyList<IDumpReader> readers)
    {
        var found = new DumpDocument(part.File);
        reader.Read(part, found);
        document.AddKind(reader.Kind, part.NetworkNamespace);
        var given = new HashSet<int>();
        var problems = found.Problems;
        if (part.IsCut && !EndsItself(part[part.Count - 1]) && problems.All(p => part.IndexOf(p.Location.Line) != part.Count - 1))
            problems = [.. problems, new Problem(Severity.Info, "unreadable-input", part.At(part.Count - 1), "the last line has no line end: it may be cut short")];
        var others = readers.Where(r => r != reader).ToList();
        for (var i = 0; i < problems.Count;)
        {
            var end = EndOfRun(part, problems, i);
            var start = part.IndexOf(problems[i].Location.Line);
            var run = part.Part(start, part.IndexOf(problems[end - 1].Location.Line) - start + 1);
            if (DumpReaders.IsLineProblem(problems[i]) && others.Count > 0 && DumpReaders.Recognise(run, others) is { } other)
            {
                for (var line = 0; line < run.Count; line++)
                    given.Add(run.At(line).Line);
                Read(run, other, others);
            }
            else
            {
                for (var k = i; k < end; k++)
                    document.Add(problems[k]);
            }

            i = end;
        }

        // What was made of a line that turned out to be another's, is none.
        records.AddRange(given.Count == 0 ? found.Records : found.Records.Where(r => !given.Contains(r.Location.Line)));
    }

    // Lines behind which nothing is missing though the line end is.
    private static bool EndsItself(string line) => line.AsSpan().Trim() is "COMMIT" or [] or ['#', ..] or [.., ']' or '}'];

    // Problems on lines that follow each other, with nothing but blank lines between them.
    private static int EndOfRun(DumpText part, IReadOnlyList<Problem> problems, int first)
    {
        var end = first + 1;
        while (end < problems.Count && DumpReaders.IsLineProblem(problems[end])
            && Follows(part, part.IndexOf(problems[end - 1].Location.Line), part.IndexOf(problems[end].Location.Line)))
            end++;
        return end;
    }

    private static bool Follows(DumpText part, int line, int next)
    {
        // A reader may name an earlier line late; that begins a run of its own.
        if (next < line)
            return false;
        for (line++; line < next; line++)
        {
            if (!part.IsBlank(line))
                return false;
        }

        return line >= next;
    }
}
