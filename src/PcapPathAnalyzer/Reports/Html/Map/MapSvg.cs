using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Reports.Html.Map;

/// <summary>The map as SVG. The way of a flow is drawn over it by the page's script.</summary>
internal static class MapSvg
{
    private const int MaxName = 17;
    private const double PageWidth = 1180;
    private const double MinZoom = 0.85;
    private const double MaxZoom = 1.3;

    public static void Write(TextWriter w, MapLayout layout)
    {
        // A small network is drawn larger, as the page has the room, and a wide one a little smaller; a wider one scrolls.
        var zoom = Math.Clamp(PageWidth / layout.Width, MinZoom, MaxZoom);
        w.Write($"<svg id=\"map\" class=\"map\" viewBox=\"0 0 {layout.Width:0} {layout.Height:0}\" width=\"{layout.Width * zoom:0}\" height=\"{layout.Height * zoom:0}\" role=\"group\" aria-label=\"Map of the network\">\n");
        // Cables run over nodes and behind pods.
        Boxes(w, layout.Boxes.Where(static b => b.IsNode));
        Wires(w, layout);
        Links(w, layout);
        Boxes(w, layout.Boxes.Where(static b => !b.IsNode));
        var number = 0;
        foreach (var chip in layout.Model.Chips)
            Chip(w, chip, number++);
        w.Write("<g id=\"map-way\" aria-hidden=\"true\"></g>\n</svg>\n");
    }

    private static void Boxes(TextWriter w, IEnumerable<MapBox> boxes)
    {
        foreach (var box in boxes)
        {
            w.Write($"<rect class=\"{(box.IsNode ? "node" : "pod")}\" x=\"{box.X:0.#}\" y=\"{box.Y:0.#}\" width=\"{box.Width:0.#}\" height=\"{box.Height:0.#}\" rx=\"{(box.IsNode ? 14 : 9)}\"/>");
            w.Write($"<text class=\"{(box.IsNode ? "node-name" : "pod-name")}\" x=\"{box.X + 12:0.#}\" y=\"{box.Y + 20:0.#}\">{HtmlText.Of(Cut(box.Label, (int)(box.Width / 7.4)))}</text>\n");
        }
    }

    private static void Chip(TextWriter w, MapChip chip, int number)
    {
        var captured = chip.Points.Count > 0;
        var title = $"{chip.Name}{(chip.Detail.Length > 0 ? $", {chip.Detail}" : "")}{(captured ? $", captured in {string.Join(", ", chip.Points.Select(p => p.File))}" : ", not captured")}";
        // Its name for a screen reader is the text it shows; the title adds the files.
        var role = captured ? $" role=\"button\" tabindex=\"0\" data-points=\"{string.Join(' ', chip.Points.Select(p => p.Index))}\"" : "";
        w.Write($"<g class=\"chip {chip.Kind.ToString().ToLowerInvariant()}{(captured ? " captured" : "")}\" id=\"chip{number}\"{role}><title>{HtmlText.Of(title)}</title>");
        w.Write($"<rect x=\"{chip.X:0.#}\" y=\"{chip.Y:0.#}\" width=\"{MapChip.Width}\" height=\"{MapChip.Height}\" rx=\"8\"/>");
        if (captured)
            w.Write($"<circle class=\"eye\" cx=\"{chip.X + MapChip.Width - 12:0.#}\" cy=\"{chip.Y + 12:0.#}\" r=\"4\"/>");
        w.Write($"<text class=\"name\" x=\"{chip.X + 15:0.#}\" y=\"{chip.Y + (chip.Detail.Length > 0 ? 18 : 26):0.#}\">{HtmlText.Of(Cut(chip.Name, MaxName - (captured ? 2 : 1)))}</text>");
        if (chip.Detail.Length > 0)
            w.Write($"<text class=\"address\" x=\"{chip.X + 15:0.#}\" y=\"{chip.Y + 33:0.#}\">{HtmlText.Of(Cut(chip.Detail, MaxName + 1))}</text>");
        w.Write("</g>\n");
    }

    private static void Links(TextWriter w, MapLayout layout)
    {
        var chips = layout.Model.Chips.Where(c => c.Device is not null).ToDictionary(c => c.Device!);
        foreach (var chip in chips.Values)
        {
            var device = chip.Device!;
            if (Find(chips, device.Peer) is { } peer && (chip.Y < peer.Y || (chip.Y == peer.Y && chip.X < peer.X)))
                Curve(w, "link veth-link", chip, peer);
            if (Find(chips, device.Master) is { } bridge)
                Curve(w, "link port-link", chip, bridge);
            // From row to row they would cross everything between: there the way of a flow shows what a tunnel leads to.
            foreach (var far in device.TunnelPeers.Select(t => Find(chips, t)).OfType<MapChip>().Where(f => f.Y == chip.Y && chip.X < f.X))
                Curve(w, "link tunnel-link", chip, far);
        }
    }

    private static void Wires(TextWriter w, MapLayout layout)
    {
        if (layout.Wires is [var top, .., var bottom])
            w.Write($"<path class=\"link wire\" d=\"M{MapLayout.Gap} {top.Y:0.#}V{bottom.Y:0.#}\"/>");
        foreach (var (y, from, to) in layout.Wires)
            w.Write($"<path class=\"link wire\" d=\"M{from:0.#} {y:0.#}H{to:0.#}\"/><text class=\"wire-name\" x=\"{from:0.#}\" y=\"{y + 18:0.#}\">network between the nodes</text>\n");
        foreach (var chip in layout.Model.Chips.Where(c => c.Wire > 0))
            w.Write($"<path class=\"link wire\" d=\"M{chip.CenterX:0.#} {chip.Y + MapChip.Height:0.#}V{chip.Wire:0.#}\"/>\n");
    }

    private static void Curve(TextWriter w, string kind, MapChip a, MapChip b)
    {
        var (upper, lower) = a.Y <= b.Y ? (a, b) : (b, a);
        if (upper.Y == lower.Y)
        {
            // Side by side: a bow below.
            var y = upper.Y + MapChip.Height;
            w.Write($"<path class=\"{kind}\" d=\"M{a.CenterX:0.#} {y:0.#}C{a.CenterX:0.#} {y + 30:0.#} {b.CenterX:0.#} {y + 30:0.#} {b.CenterX:0.#} {y:0.#}\"/>\n");
            return;
        }

        var (y1, y2) = (upper.Y + MapChip.Height, lower.Y);
        var bend = (y2 - y1) / 2;
        w.Write($"<path class=\"{kind}\" d=\"M{upper.CenterX:0.#} {y1:0.#}C{upper.CenterX:0.#} {y1 + bend:0.#} {lower.CenterX:0.#} {y2 - bend:0.#} {lower.CenterX:0.#} {y2:0.#}\"/>\n");
    }

    private static MapChip? Find(Dictionary<NetworkInterface, MapChip> chips, NetworkInterface? device) => device is null ? null : chips.GetValueOrDefault(device);

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..Math.Max(1, length - 1)] + "…";
}
