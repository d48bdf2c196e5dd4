namespace PcapPathAnalyzer.Bundles;

/// <summary>A folder's files, at any depth. Links are named, not followed.</summary>
internal sealed class FolderSource(string folder) : IBundleSource
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    public IEnumerable<SourceEntry> Entries() => Below(new DirectoryInfo(folder));

    public void Dispose()
    {
    }

    private IEnumerable<SourceEntry> Below(DirectoryInfo start)
    {
        // A stack, not recursion: how deep folders go is the bundle's choice.
        var pending = new Stack<DirectoryInfo>([start]);
        while (pending.TryPop(out var directory))
        {
            FileSystemInfo[] children = [];
            string? fault = null;
            try
            {
                children = directory.GetFileSystemInfos("*", Everything);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                fault = e.Message.Replace(directory.FullName, Name(directory));
            }

            if (fault is not null)
                yield return new SourceEntry(Name(directory), EntryType.Special, 0, static () => Stream.Null) { Note = fault };
            foreach (var child in children)
            {
                if (child.LinkTarget is { } target)
                    yield return new SourceEntry(Name(child), EntryType.SymbolicLink, 0, static () => Stream.Null) { LinkTarget = target };
                else if (child is DirectoryInfo below)
                    pending.Push(below);
                else if (child is FileInfo file)
                    yield return File(file);
            }
        }
    }

    // A pipe or a device has length 0 and would block its reader for ever: what is empty is not opened.
    private SourceEntry File(FileInfo file)
    {
        var path = file.FullName;
        return new SourceEntry(Name(file), EntryType.File, file.Length, file.Length == 0 ? static () => Stream.Null : () => System.IO.File.OpenRead(path)) { IsStable = true };
    }

    private string Name(FileSystemInfo info) => Path.GetRelativePath(folder, info.FullName);
}
