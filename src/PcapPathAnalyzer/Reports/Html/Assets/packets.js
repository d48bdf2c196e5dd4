// A flow's packets in words: for those who do not see the ladder, and for those who want the numbers.
const packetText = (() => {
  const hopsOf = (flow, p) => p.isReply ? flow.way.reply : flow.way.forward;
  const frame = (flow, p) => { const hop = hopsOf(flow, p)[p.steps[0].hop - 1]; return hop ? `${data.points[hop.p].f}#${p.frame}` : ""; };

  // Each capture point with the time since the one before.
  const seen = (flow, p) => p.steps.map((s, i) => {
    const hop = hopsOf(flow, p)[s.hop - 1];
    return hop ? `${place(hop)}${i > 0 ? ` +${duration(s.time - p.steps[i - 1].time)}` : ""}` : "";
  }).filter(Boolean).join(" → ");

  const line = (flow, p) => [make("strong", {}, p.label), ` ${p.isReply ? "reply" : "forward"} at +${duration(p.steps[0].time)}: ${seen(flow, p)}. First in `, make("code", {}, frame(flow, p)), "."];

  const table = (flow, packets) => {
    const details = make("details", {}, make("summary", {}, `${packets.length} ${packets.length === 1 ? "packet" : "packets"} as a table`));
    // Built when it is wanted: most are never opened.
    details.addEventListener("toggle", () => {
      if (details.childElementCount > 1) return;
      const cells = (p) => [p.label, p.isReply ? "reply" : "forward", `+${duration(p.steps[0].time)}`, make("code", {}, frame(flow, p)), seen(flow, p)];
      const head = ["Packet", "Direction", "Sent", "First frame", "Seen at, with the time since the point before"];
      details.append(make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Packets" }, make("table", { class: "packets" },
        make("thead", {}, make("tr", {}, ...head.map((h) => make("th", { scope: "col" }, h)))),
        make("tbody", {}, ...packets.map((p) => make("tr", {}, ...cells(p).map((c) => make("td", {}, c))))))));
    });
    return details;
  };
  return { line, table };
})();
