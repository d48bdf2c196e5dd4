// What the address says is shown; without an address the flow that tells most.
const telling = () => {
  const bad = data.findings.find((f) => f.s === "error" && f.f.length > 0), first = table.first();
  if (bad && flows.find(bad.f[0]) >= 0) return flows.find(bad.f[0]);
  if (first < 0 || !flows.at(first).way.healthy) return first;
  // All is well: the longest way shows the most of the network.
  const length = (way) => way.forward.length + way.reply.length;
  const longest = data.ways.reduce((best, way, i) => length(way) > length(data.ways[best]) ? i : best, 0);
  for (let i = 0; i < flows.count; i++) if (flows.get.way(i) === longest) return i;
  return first;
};

const open = (scroll) => {
  const match = /^#f(\d+)$/.exec(location.hash);
  const index = match ? flows.find(Number(match[1])) : scroll ? -1 : telling();
  if (index < 0) return;
  table.choose(index);
  detail.show(flows.at(index));
  if (match) document.getElementById("flow").scrollIntoView();
};

theme.start();
map.start(table.choosePoints);
table.start();
open(false);
addEventListener("hashchange", () => open(true));

addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
  const next = { n: 1, p: -1 }[e.key];
  if (e.key === "/") { e.preventDefault(); document.getElementById("search").focus(); }
  else if (next && table.beside(next) >= 0) location.hash = flows.at(table.beside(next)).id;
});

// Paper cannot be clicked: what is folded is opened for it, and closed again.
let folded = [];
addEventListener("beforeprint", () => { folded = [...document.querySelectorAll("details:not([open])")]; for (const d of folded) d.open = true; });
addEventListener("afterprint", () => { for (const d of folded) d.open = false; });
