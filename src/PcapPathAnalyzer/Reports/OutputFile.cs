using System.Text;

namespace PcapPathAnalyzer.Reports;

/// <summary>Writes a file aside and renames it when it is whole: an interrupted run leaves no half-written file under the real name.</summary>
public static class OutputFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static void Write(string path, Action<TextWriter> write)
    {
        var aside = path + ".partial";
        try
        {
            using (var writer = new StreamWriter(aside, append: false, Utf8, bufferSize: 1 << 16) { NewLine = "\n" })
                write(writer);
            File.Move(aside, path, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }
}
