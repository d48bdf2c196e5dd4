// One flow in full: its line, its hops in both directions, its ladder. Its anchor (#f12) stays the same in every report of the bundle.
const detail = (() => {
  const head = document.getElementById("flow-head"), body = document.getElementById("flow-detail");

  const rules = (hop) => {
    const numbers = hop.a.flatMap((a) => a.slice(1));
    if (numbers.length === 0) return null;
    const dump = make("div", { class: "dump", tabindex: 0, role: "region", "aria-label": "Rules that decided" });
    for (const n of numbers) dump.append(make("div", {}, make("span", { class: "place" }, data.citations[n][0]), ` ${data.citations[n][1]}`));
    return make("details", {}, make("summary", {}, `${numbers.length} ${numbers.length === 1 ? "rule" : "rules"} decided`), dump);
  };

  const hopItem = (flow, hops, i, isReply, most) => {
    const hop = hops[i], ends = hopEnds(flow, hop, isReply);
    const before = i > 0 ? hopEnds(flow, hops[i - 1], isReply) : isReply ? ends : { source: flow.client, destination: flow.asked };
    const part = (now, then) => make("span", now !== then ? { class: "changed" } : {}, now ?? "?");
    const box = make("div", {}, make("div", { class: "where" }, place(hop)));
    if (hop.a.length > 0) box.append(make("div", {}, ...hop.a.map((a) => make("span", { class: `action${/nat|masquerade/.test(a[0]) ? " nat" : ""}` }, a[0]))));
    box.append(make("div", { class: "addresses mono" }, part(ends.source, before.source), " > ", part(ends.destination, before.destination), `  ttl ${hop.ttl}`));
    if (hop.in !== undefined) box.append(make("div", { class: "addresses mono" }, `in ${data.strings[hop.in]}`));
    if (hop.median !== undefined) {
      const bar = make("span", { class: "took-bar" });
      bar.style.width = `${Math.max(2, 110 * Math.max(0, hop.median) / most)}px`;
      box.append(make("div", { class: "took" }, bar, `${duration(hop.median)}${hop.wrong > 0 ? ` ± ${duration(hop.wrong)}` : ""}${flow.way.count > 1 && hop.most !== hop.median ? `, at most ${duration(hop.most)}` : ""}`));
    }
    const cited = rules(hop);
    if (cited) box.append(cited);
    return make("li", {}, make("span", { class: "badge", "aria-hidden": "true" }, String(i + 1)), box);
  };

  const sideCard = (flow, hops, isReply) => {
    const name = isReply ? "reply" : "forward", most = Math.max(1, ...flow.way.forward.concat(flow.way.reply).map((h) => h.median ?? 0));
    const card = make("div", { class: `card ${name}-side` }, make("h3", {}, isReply ? "Reply" : "Forward"));
    if (hops.length === 0) {
      card.append(make("p", { class: "calm" }, isReply ? "No reply was captured." : "Nothing was captured in this direction."));
      return card;
    }
    card.append(make("ol", { class: "hops" }, ...hops.map((_, i) => hopItem(flow, hops, i, isReply, most))));
    const last = hops[hops.length - 1], target = isReply ? flow.way.client : flow.way.server;
    const lost = !flow.way.healthy && !map.arrived(flow, last, name);
    const text = lost ? `Last seen at ${place(last)}.` : map.arrived(flow, last, name) ? `Arrived in ${data.strings[target]}.` : `${place(last)} is the last capture point on its way.`;
    card.append(make("p", { class: `end${lost ? " lost" : ""}` }, text));
    return card;
  };

  const line = (flow) => {
    const row = make("div", { class: "flow-line" }, make("h3", { id: flow.id }, make("a", { href: `#${flow.id}`, title: "This flow's permanent address" }, flow.id)), make("span", { class: `chip-text ${flow.way.healthy ? "healthy" : "failed"}` }, flow.way.outcome),
      make("span", { class: "mono" }, `${flow.way.protocol} ${flow.client} > ${flow.asked}`));
    if (flow.chosen) row.append(make("span", { class: "mono" }, flow.chosen));
    if (flow.translated) row.append(make("span", { class: "mono" }, `as ${flow.translated}`));
    row.append(make("span", { class: "dim" }, `${flow.forward} / ${flow.reply} packets${flow.again ? `, ${flow.again} sent again` : ""}, ${duration(flow.lasted * 1000)}${flow.way.count > 1 ? `; ${flow.way.count.toLocaleString("en")} flows went this way` : ""}`));
    data.findings.forEach((f, i) => { if (f.f.includes(flow.number)) row.append(make("a", { href: `#finding-${i + 1}`, class: f.s === "error" ? "bad" : "" }, f.c)); });
    return row;
  };

  const show = (flow) => {
    head.replaceChildren(line(flow));
    map.draw(flow);
    const parts = [make("div", { class: "sides" }, sideCard(flow, flow.way.forward, false), sideCard(flow, flow.way.reply, true))];
    const picture = ladder.show(flow);
    parts.push(picture ?? make("p", { class: "calm" }, "The packets of this flow are not in this page: ", make("code", {}, `pcappath trace BUNDLE --flow ${flow.id}`), " shows them."));
    body.replaceChildren(...parts);
  };
  return { show };
})();
