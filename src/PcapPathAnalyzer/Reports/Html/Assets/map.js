// The way of a flow over the map: a line per direction, a number per hop, what was translated where, and where it ended.
const map = (() => {
  const layer = document.getElementById("map-way");
  const where = (hop) => { const p = data.points[hop.p]; return p.x === undefined ? null : { x: p.x, y: p.y }; };
  // Both directions pass the same interfaces: forward runs along their left edge, the reply along their right one.
  const side = { forward: 0, reply: document.querySelector("#map .chip rect")?.width.baseVal.value ?? 0 };

  const curve = (spots, name) => spots.map((s, i) => {
    if (i === 0) return `M${s.x} ${s.y}`;
    const before = spots[i - 1], wires = [before, s].map((x) => data.points[x.hop.p].w);
    // From node to node by the network between them.
    if (wires[0] && wires[1] && data.points[before.hop.p].n !== data.points[s.hop.p].n) {
      const [down, up] = wires.map((w) => w + (name === "forward" ? -4 : 4));
      // From row to row beside the nodes.
      return down === up ? `V${down}H${s.x}V${s.y}` : `V${down}H${name === "forward" ? 12 : 20}V${up}H${s.x}V${s.y}`;
    }
    // Past a row of its node along the node's edge, not through what stands in the row.
    const [here, there] = [before, s].map((x) => data.points[x.hop.p]), way = Math.sign(s.y - before.y) * 33;
    if (here.l === there.l && Math.abs(s.y - before.y) > 130)
      return `V${before.y + way}H${name === "forward" ? here.l + 7 : here.r - 7}V${s.y - way}H${s.x}V${s.y}`;
    const middle = (s.y + before.y) / 2;
    if (Math.abs(s.y - before.y) > 30) return `C${before.x} ${middle} ${s.x} ${middle} ${s.x} ${s.y}`;
    // Side by side: over the interfaces between them, or under them to a place that stands lower.
    const bow = Math.min(52, Math.abs(s.x - before.x) / 3) * (s.y - before.y > 4 ? 1 : -1), far = bow > 0 ? Math.max(s.y, before.y) : Math.min(s.y, before.y);
    return `C${before.x} ${far + bow} ${s.x} ${far + bow} ${s.x} ${s.y}`;
  }).join("");

  const direction = (flow, hops, name, labels) => {
    const spots = hops.map((h) => ({ hop: h, at: where(h) })).filter((s) => s.at).map((s, i) => ({ hop: s.hop, x: s.at.x + side[name], y: s.at.y }));
    if (spots.length === 0) return;
    // Where a way passes one interface twice, the later number stands lower.
    const seen = new Map();
    for (const s of spots) { const n = seen.get(s.hop.p) || 0; seen.set(s.hop.p, n + 1); s.center = s.y; s.y += n * 20; }
    layer.append(make("path", { class: `way ${name}`, d: curve(spots, name) }));
    spots.forEach((s, i) => {
      layer.append(make("circle", { class: `step way ${name}`, cx: s.x, cy: s.y, r: 9 }));
      layer.append(make("text", { class: `step-number ${name}`, x: s.x, y: s.y + 3.5 }, String(hops.indexOf(s.hop) + 1)));
      const nat = s.hop.a.map((a) => a[0]).filter((a) => /nat|masquerade/.test(a)).join(" + ").toUpperCase();
      if (nat) {
        // Above the interface, and the reply's below it: its name and address stay readable.
        const width = nat.length * 8 + 12, x = name === "forward" ? s.x - 4 : s.x - width + 4, y = name === "forward" ? s.center - 40 : Math.max(s.center + 24, s.y + 12);
        labels.push(make("g", { class: "label" }, make("rect", { x, y, width, height: 16, rx: 5 }), make("text", { x: x + 6, y: y + 11.5 }, nat)));
      }
      document.querySelector(`[data-points~="${s.hop.p}"]`)?.classList.add("on");
      if (i === spots.length - 1 && !flow.way.healthy && (name === "forward" ? flow.reply === 0 : true) && !arrived(flow, s.hop, name)) {
        const x = s.x, y = s.y + 30;
        layer.append(make("path", { class: "lost", d: `M${x - 6} ${y - 6}l12 12m0 -12l-12 12` }), make("text", { class: "lost-text", x: x + 14, y: y + 4 }, "last seen"));
      }
    });
  };

  const arrived = (flow, hop, name) => {
    const target = name === "forward" ? flow.way.server : flow.way.client;
    return target !== undefined && target >= 0 && data.points[hop.p].n === data.strings[target];
  };

  const draw = (flow) => {
    layer.replaceChildren();
    for (const chip of document.querySelectorAll(".chip.on")) chip.classList.remove("on");
    if (!flow) return;
    const labels = [];
    direction(flow, flow.way.reply, "reply", labels);
    direction(flow, flow.way.forward, "forward", labels);
    layer.append(...labels);
  };

  const start = (choosePoints) => {
    for (const chip of document.querySelectorAll(".chip.captured")) {
      const choose = () => choosePoints(chip.dataset.points.split(" ").map(Number));
      chip.addEventListener("click", choose);
      chip.addEventListener("keydown", (e) => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); choose(); } });
    }
  };
  return { draw, start, arrived };
})();
