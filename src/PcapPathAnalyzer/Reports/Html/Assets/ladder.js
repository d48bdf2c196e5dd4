// The ladder: capture points as columns, time downward, a line per packet from where it was first seen to where it was last seen.
const ladder = (() => {
  const left = 92, head = 62;
  let gap = 104;

  // Both directions' capture points, in the order of the forward way.
  const columns = (way) => {
    const list = [];
    for (const h of way.forward) if (!list.includes(h.p)) list.push(h.p);
    for (const h of [...way.reply].reverse()) if (!list.includes(h.p)) list.push(h.p);
    return list;
  };

  // Real time would hide microseconds behind seconds: each gap counts with its logarithm.
  const scale = (packets, zoom) => {
    const times = [...new Set(packets.flatMap((p) => p.steps.map((s) => s.time)))].sort((a, b) => a - b);
    const at = new Map();
    let y = head + 24;
    times.forEach((t, i) => {
      if (i > 0) y += Math.max(1.5, 5 * Math.log10(1 + (t - times[i - 1]) / 1000)) * zoom;
      at.set(t, y);
    });
    return { at: (t) => at.get(t), end: y + 40 };
  };

  const unpack = (rows) => rows.map(([label, marks, frame, ...rest], index) => {
    const steps = [];
    for (let i = 0; i < rest.length; i += 2) steps.push({ hop: rest[i], time: rest[i + 1] });
    return { index, label, isReply: (marks & 1) !== 0, isAgain: (marks & 2) !== 0, isError: (marks & 4) !== 0, frame, steps };
  });

  const heading = (svg, list, x, width, end) => {
    const group = make("g");
    let from = 0;
    list.forEach((p, i) => {
      if (i + 1 < list.length && data.points[list[i + 1]].n === data.points[p].n) return;
      const name = data.points[p].n, span = (i - from + 1) * gap - 8;
      const short = name.length > span / 6.4 ? `…${name.slice(-Math.floor(span / 6.6))}` : name;
      group.append(make("rect", { class: "group", x: x(from) - gap / 2 + 4, y: 6, width: span, height: 22, rx: 6 }), make("text", { class: "group-name", x: x(from) - gap / 2 + 12, y: 21 }, short));
      from = i + 1;
    });
    list.forEach((p, i) => {
      const name = data.points[p].i;
      group.append(make("text", { x: x(i), y: 46, "text-anchor": "middle" }, name.length > 15 ? `${name.slice(0, 14)}…` : name));
      svg.append(make("line", { class: "rail", x1: x(i), x2: x(i), y1: head, y2: end }));
    });
    svg.append(make("rect", { class: "head", x: 0, y: 0, width, height: head - 4 }), group);
  };

  const packet = (picture, flow, p, list, x, y) => {
    const hops = p.isReply ? flow.way.reply : flow.way.forward, name = p.isReply ? "reply" : "forward";
    const spots = p.steps.map((s) => ({ x: x(list.indexOf(hops[s.hop - 1].p)), y: y(s.time), hop: hops[s.hop - 1], number: s.hop })).filter((s) => s.hop);
    if (spots.length === 0) return;
    const svg = make("g", { class: "one", "data-packet": p.index });
    picture.append(svg);
    // A broad line that nobody sees is easier to hit.
    svg.append(make("polyline", { class: "reach", points: spots.length > 1 ? spots.map((s) => `${s.x},${s.y}`).join(" ") : `${spots[0].x - 12},${spots[0].y} ${spots[0].x + 12},${spots[0].y}` }));
    if (spots.length > 1) svg.append(make("polyline", { class: `packet ${name}${p.isAgain ? " again" : ""}`, points: spots.map((s) => `${s.x},${s.y}`).join(" ") }));
    spots.forEach((s) => {
      if (s.hop.a.some((a) => /nat|masquerade/.test(a[0]))) svg.append(make("path", { class: "nat", d: `M${s.x} ${s.y - 6}l6 6l-6 6l-6 -6z` }));
      else svg.append(make("circle", { class: `dot ${name}`, cx: s.x, cy: s.y, r: 2.4 }));
    });
    const last = spots[spots.length - 1], way = spots.length > 1 ? Math.sign(last.x - spots[spots.length - 2].x) || 1 : p.isReply ? -1 : 1;
    const lost = last.number < hops.length && !p.isError || (!flow.way.healthy && last.number === hops.length && !map.arrived(flow, last.hop, name) && !p.isError);
    if (lost) svg.append(make("path", { class: "cross", d: `M${last.x + way * 12 - 5} ${last.y - 5}l10 10m0 -10l-10 10` }));
    else if (spots.length > 1) svg.append(make("path", { class: `tip ${name}`, d: `M${last.x} ${last.y}l${-9 * way} -4.5v9z` }));
    const first = spots[0], tag = `${p.label}${lost ? ", not seen further" : ""}`;
    svg.append(make("text", { class: `tag${lost ? " lost-tag" : ""}`, x: first.x + (p.isReply ? 10 : 8), y: first.y + (p.isReply ? 4 : -5) }, tag));
    svg.append(make("text", { class: "dim-text", x: 8, y: first.y + 3 }, `+${duration(p.steps[0].time)}`));
  };

  const draw = (box, flow, packets, zoom) => {
    const list = columns(flow.way), { at, end } = scale(packets, zoom);
    gap = Math.min(190, Math.max(104, ((box.clientWidth || 1200) - left - 130) / list.length));
    const width = left + list.length * gap + 110, x = (i) => left + gap / 2 + i * gap;
    const svg = make("svg", { class: "ladder", viewBox: `0 0 ${width} ${end}`, width, height: end, role: "img", "aria-label": `Ladder of ${flow.id}: ${packets.length} packets over ${list.length} capture points; the table below says the same` });
    heading(svg, list, x, width, end);
    for (const p of packets) packet(svg, flow, p, list, x, at);
    box.replaceChildren(svg);
  };

  const show = (flow) => {
    const rows = data.ladders[flow.id];
    if (!rows) return null;
    const packets = unpack(rows), box = make("div", { class: "ladder-box", tabindex: 0, role: "region", "aria-label": "Ladder; plus and minus zoom, arrow up and down choose a packet" });
    const said = make("p", { class: "said", "aria-live": "polite" }, "Choose a packet to see where and when it was seen.");
    let zoom = 1, chosen = -1;
    const choose = (n) => {
      chosen = Math.min(packets.length - 1, Math.max(0, n));
      for (const g of box.querySelectorAll(".one")) g.classList.toggle("chosen", Number(g.dataset.packet) === chosen);
      said.replaceChildren(...packetText.line(flow, packets[chosen]));
    };
    const change = (next) => { zoom = Math.min(8, Math.max(0.3, next)); draw(box, flow, packets, zoom); if (chosen >= 0) choose(chosen); };
    const button = (text, label, factor) => {
      const b = make("button", { type: "button", "aria-label": label }, text);
      b.addEventListener("click", () => change(zoom * factor));
      return b;
    };
    box.addEventListener("wheel", (e) => { if (e.ctrlKey) { e.preventDefault(); change(zoom * (e.deltaY < 0 ? 1.15 : 0.87)); } }, { passive: false });
    box.addEventListener("click", (e) => { const g = e.target.closest(".one"); if (g) choose(Number(g.dataset.packet)); });
    box.addEventListener("keydown", (e) => {
      const act = { "+": () => change(zoom * 1.4), "-": () => change(zoom / 1.4), ArrowDown: () => choose(chosen + 1), ArrowUp: () => choose(chosen - 1) }[e.key];
      if (act && !e.ctrlKey && !e.metaKey) { e.preventDefault(); act(); }
    });
    // Once it is in the page its width is known.
    requestAnimationFrame(() => change(1));
    return make("div", { class: "card" },
      make("div", { class: "ladder-tools" }, make("h3", {}, "Ladder"), make("span", {}, "time downward, gaps by their logarithm; ◇ translated, ✕ not seen further"), button("−", "Zoom out", 1 / 1.4), button("+", "Zoom in", 1.4)),
      box, said, packetText.table(flow, packets));
  };
  return { show };
})();
