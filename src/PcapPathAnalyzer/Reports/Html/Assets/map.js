// The way of a flow over the map: a line per direction, a number per hop, what was translated where, and where it ended.
const map = (() => {
  const layer = document.getElementById("map-way");
  const where = (hop) => { const p = data.points[hop.p]; return p.x === undefined ? null : { x: p.x, y: p.y }; };
  // Both directions pass the same interfaces: forward runs along their left edge, the reply along their right one.
  const side = { forward: 0, reply: 128 };

  const curve = (spots, name) => spots.map((s, i) => {
    if (i === 0) return `M${s.x} ${s.y}`;
    const before = spots[i - 1], wires = [before, s].map((x) => data.points[x.hop.p].w);
    // From node to node by the network between them.
    if (wires[0] && wires[1] && data.points[before.hop.p].n !== data.points[s.hop.p].n) {
      const [down, up] = wires.map((w) => w + (name === "forward" ? -4 : 4));
      return `V${down}L${s.x} ${up}V${s.y}`;
    }
    const level = Math.abs(s.y - before.y) < 4, bend = level ? -Math.min(52, Math.abs(s.x - before.x) / 3) : 0, middle = (s.y + before.y) / 2;
    return level ? `C${before.x} ${s.y + bend} ${s.x} ${s.y + bend} ${s.x} ${s.y}` : `C${before.x} ${middle} ${s.x} ${middle} ${s.x} ${s.y}`;
  }).join("");

  const direction = (flow, hops, name, labels) => {
    const spots = hops.map((h) => ({ hop: h, at: where(h) })).filter((s) => s.at).map((s, i) => ({ hop: s.hop, x: s.at.x + side[name], y: s.at.y }));
    if (spots.length === 0) return;
    // Where a way passes one interface twice, the later number stands lower.
    const seen = new Map();
    for (const s of spots) { const n = seen.get(s.hop.p) || 0; seen.set(s.hop.p, n + 1); s.y += n * 20; }
    layer.append(make("path", { class: `way ${name}`, d: curve(spots, name) }));
    spots.forEach((s, i) => {
      layer.append(make("circle", { class: `step way ${name}`, cx: s.x, cy: s.y, r: 9 }));
      layer.append(make("text", { class: `step-number ${name}`, x: s.x, y: s.y + 3.5 }, String(hops.indexOf(s.hop) + 1)));
      const nat = s.hop.a.map((a) => a[0]).filter((a) => /nat|masquerade/.test(a)).join(" + ").toUpperCase();
      if (nat) {
        const width = nat.length * 8 + 12, x = name === "forward" ? s.x + 6 : s.x - width - 6, y = s.y - 32;
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
