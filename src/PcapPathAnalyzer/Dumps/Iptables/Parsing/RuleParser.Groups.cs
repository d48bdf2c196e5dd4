namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>Extensions: loading them, closing them, and what is said of the ones that are not known.</summary>
internal sealed partial class RuleParser
{
    private int Load(LoadKind kind, int start, int index, bool negated)
    {
        if (negated || index + 1 >= words.Count)
        {
            Say(index, negated ? $"{words[index]} cannot be negated" : $"{words[index]} lacks its name");
            draft.Matches.Add(new UnknowableMatch("", false) { Text = words.Raw(start, index).ToString() });
            return index + 1;
        }

        var name = words[index + 1];
        if (kind == LoadKind.Match)
            LoadMatch(index, name);
        else if (kind == LoadKind.Goto)
            draft.Target = interner.Jump(name, isGoto: true);
        else
            LoadTarget(index, name);
        return index + 2;
    }

    private void LoadMatch(int index, ReadOnlySpan<char> name)
    {
        if (!Extensions.Matches.TryGetValue(name, out var extension))
        {
            Say(index + 1, $"the match '{name}' is not known; whether it matches cannot be told");
            draft.Load(null, name.ToString(), index, draft.Matches.Count);
            draft.Matches.Add(null);
            return;
        }

        if (extension.Group is null)
        {
            draft.Load(extension, extension.Name, index, -1);
            return;
        }

        draft.Load(extension, extension.Name, index, draft.Matches.Count);
        draft.Matches.Add(null);
    }

    private void LoadTarget(int index, ReadOnlySpan<char> name)
    {
        if (Extensions.Targets.TryGetValue(name, out var extension))
        {
            draft.Load(extension, extension.Name, index, -1);
            return;
        }

        var jump = interner.Jump(name, isGoto: false);
        draft.Target = jump;
        draft.Load(null, jump.Name, index, -1);
    }

    /// <summary>An option that nothing loaded has: it belongs to what was loaded last.</summary>
    private int Unknown(int start, int index)
    {
        var last = index;
        while (last + 1 < words.Count && (words.IsQuoted(last + 1) || words[last + 1] is not ("!" or ['-', _, ..])))
            last++;
        var loaded = draft.LastLoaded;
        if (loaded is null)
        {
            Say(index, $"the option '{words[index]}' is not known");
            draft.Matches.Add(new UnknowableMatch("", false) { Text = words.Raw(start, last).ToString() });
            return last + 1;
        }

        if (loaded.Extension is not null)
            Say(index, $"the option '{words[index]}' of '{loaded.Name}' is not known");
        else if (loaded.IsTarget && !loaded.IsBroken)
            Say(loaded.FirstWord + 1, $"the target '{loaded.Name}' is not known; what it does cannot be told");
        if (loaded is { Extension.Group: null, IsTarget: false })
        {
            draft.Matches.Add(new UnknowableMatch(loaded.Name, false) { Text = words.Raw(start, last).ToString() });
            return last + 1;
        }

        loaded.IsBroken = true;
        loaded.IsContiguous &= start == loaded.LastWord + 1;
        loaded.LastWord = last;
        loaded.Options.Add((index, start, last, last, false));
        return last + 1;
    }

    /// <summary>A word that is no option, where an option should stand.</summary>
    private int Stray(int start, int index)
    {
        Say(index, $"'{words[index]}' stands where an option should");
        draft.Matches.Add(new UnknowableMatch(draft.LastLoaded?.Name ?? "", false) { Text = words.Raw(start, index).ToString() });
        return index + 1;
    }

    private void FinishGroups()
    {
        foreach (var loaded in draft.Loaded)
        {
            if (loaded.IsTarget)
                FinishTarget(loaded);
            else if (loaded.Slot >= 0)
                draft.Matches[loaded.Slot] = FinishMatch(loaded);
        }

        for (var i = draft.Matches.Count - 1; i >= 0; i--)
        {
            if (draft.Matches[i] is AllOfMatch all)
            {
                draft.Matches.RemoveAt(i);
                draft.Matches.InsertRange(i, all.Matches.Select(m => m with { Extension = all.Extension }));
            }
        }
    }

    private RuleMatch FinishMatch(LoadedExtension loaded)
    {
        var raw = words.Raw(loaded.FirstWord, loaded.LastWord);
        if (loaded.Extension is not { } extension || loaded.IsBroken)
            return new UnknowableMatch(loaded.Name, false) { Text = Group(loaded).Text, Extension = loaded.Name };
        if (loaded.IsContiguous && interner.TryMatch(extension, raw, out var match))
            return match;
        var group = Group(loaded);
        match = extension.Group!(group);
        if (match is null)
        {
            Say(loaded.FirstWord + 1, $"'{group.Text}' is not understood");
            return new UnknowableMatch(loaded.Name, false) { Text = group.Text, Extension = loaded.Name };
        }

        match.Extension = extension.Name;
        return loaded.IsContiguous ? interner.Keep(extension, group.Text, match) : match;
    }

    private void FinishTarget(LoadedExtension loaded)
    {
        if (loaded.Extension is null)
        {
            // A name without options is a chain; with options it is a target that the program does not know.
            if (loaded.IsBroken)
                draft.Target = new UnknownTarget { Name = loaded.Name, Options = Group(loaded).OptionsText };
            return;
        }

        if (loaded.IsBroken)
        {
            draft.Target = new UnknownTarget { Name = loaded.Name, Options = Group(loaded).OptionsText };
            return;
        }

        var raw = words.Raw(loaded.FirstWord, loaded.LastWord);
        if (loaded.IsContiguous && interner.TryTarget(loaded.Extension, raw, out var target))
        {
            draft.Target = target;
            return;
        }

        var group = Group(loaded);
        target = loaded.Extension.Target!(group);
        if (target is null)
        {
            Say(loaded.FirstWord + 1, $"'{group.Text}' is not understood");
            draft.Target = new UnknownTarget { Name = loaded.Name, Options = group.OptionsText };
        }
        else
        {
            draft.Target = loaded.IsContiguous ? interner.Keep(loaded.Extension, group.Text, target) : target;
        }
    }

    private OptionGroup Group(LoadedExtension loaded)
    {
        var options = loaded.Options.Select(o => MakeOption(loaded.Name, o)).ToList();
        var head = loaded.IsTarget ? "-j" : "-m";
        var text = loaded.IsContiguous && loaded.LastWord > loaded.FirstWord
            ? words.Raw(loaded.FirstWord, loaded.LastWord).ToString()
            : string.Join(' ', options.Select(o => o.Text).Prepend($"{head} {loaded.Name}"));
        return new OptionGroup(loaded.Name, options, IsIpv6, text);
    }

    /// <summary><c>-s a,b -d c,d</c> is four rules, sources outermost (iptables.c, add_entry).</summary>
    private void Expand(int first, RuleOutline outline, List<IptablesRule> rules)
    {
        var alternatives = draft.Alternatives.OrderBy(a => a.Word).ToList();
        var choice = new int[alternatives.Count];
        // A rule of many long lists would make more rules than its text has characters; iptables takes one list per side.
        var limit = words.Line.Length;
        for (var made = 0; made < limit; made++)
        {
            var matches = draft.Matches.ToArray();
            var text = "";
            var from = first;
            for (var n = 0; n < alternatives.Count; n++)
            {
                var one = alternatives[n].Addresses[choice[n]];
                matches[alternatives[n].Match] = one;
                text += $" {words.Raw(from, alternatives[n].Word - 1)} {one.Text[(one.Text.IndexOf(' ') + 1)..]}";
                from = alternatives[n].Word + 1;
            }

            if (from < words.Count)
                text += $" {words.Raw(from, words.Count - 1)}";
            rules.Add(Rule(outline, $"-A {outline.Chain}{text}", matches!));
            if (!Advance(choice, alternatives))
                return;
        }
    }

    private static bool Advance(int[] choice, List<AddressAlternative> alternatives)
    {
        for (var n = choice.Length - 1; n >= 0; n--)
        {
            if (++choice[n] < alternatives[n].Addresses.Count)
                return true;
            choice[n] = 0;
        }

        return false;
    }
}
