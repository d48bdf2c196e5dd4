// What the address says is shown; without an address the worst flow.
const open = (scroll) => {
  const match = /^#f(\d+)$/.exec(location.hash);
  const index = match ? flows.find(Number(match[1])) : scroll ? -1 : table.first();
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
