// The list of flows: searched, sorted and turned page by page; only one page of rows exists at a time.
const table = (() => {
  const size = 50;
  const columns = [
    ["Flow", (f) => f.id, (i) => flows.get.number(i)], ["Outcome", (f) => f.way.outcome, (i) => wayOf(i).outcome], ["Protocol", (f) => f.way.protocol, (i) => wayOf(i).protocol],
    ["Client", (f) => f.client + (f.translated ? ` as ${f.translated}` : ""), (i) => data.strings[flows.get.client(i)]], ["Asked", (f) => f.asked, (i) => data.strings[flows.get.asked(i)]],
    ["Chosen", (f) => f.chosen, (i) => data.strings[flows.get.server(i)] ?? ""], ["Packets", (f) => `${f.forward} / ${f.reply}`, (i) => flows.get.forward(i) + flows.get.reply(i)],
    ["Again", (f) => f.again || "", (i) => flows.get.again(i)], ["Start", (f) => `+${duration(f.time * 1000)}`, (i) => flows.get.time(i)], ["Lasted", (f) => duration(f.lasted * 1000), (i) => flows.get.lasted(i)],
  ];
  const wayOf = (i) => data.ways[flows.get.way(i)];
  const state = { words: [], outcome: "", points: null, sort: -1, down: false, page: 0, rows: [], chosen: -1 };
  const body = document.querySelector("#flow-table tbody"), headRow = document.querySelector("#flow-table thead tr");
  const pages = document.getElementById("pages"), matches = document.getElementById("matches");

  const text = (i) => {
    const f = flows.at(i), names = [f.way.client, f.way.server].map((n) => n === undefined || n < 0 ? "" : data.strings[n]).join(" ");
    return `${f.id} ${f.way.outcome} ${f.way.protocol} ${f.client} ${f.asked} ${f.chosen} ${f.translated} ${names}`.toLowerCase();
  };
  const passes = (way) => state.points === null || way.forward.concat(way.reply).some((h) => state.points.includes(h.p));

  const select = () => {
    const allowed = data.ways.map((w) => (state.outcome === "" || w.outcome === state.outcome) && passes(w));
    const rows = [];
    for (let i = 0; i < flows.count; i++) if (allowed[flows.get.way(i)]) { if (state.words.length === 0) rows.push(i); else { const t = text(i); if (state.words.every((w) => t.includes(w))) rows.push(i); } }
    const key = state.sort < 0 ? null : columns[state.sort][2];
    rows.sort((a, b) => {
      if (!key) return wayOf(a).healthy - wayOf(b).healthy || a - b;
      const x = key(a), y = key(b), order = x < y ? -1 : x > y ? 1 : a - b;
      return state.down ? -order : order;
    });
    state.rows = rows;
    state.page = 0;
    render();
  };

  const row = (i) => {
    const f = flows.at(i), tr = make("tr", { class: i === state.chosen ? "chosen" : null });
    columns.forEach(([name, value], n) => {
      const cell = make("td", { class: n >= 6 ? "number" : n >= 3 && n <= 5 ? "mono" : null });
      if (n === 0) cell.append(make("a", { href: `#${f.id}` }, f.id));
      else if (n === 1) cell.append(make("span", { class: `chip-text ${f.way.healthy ? "healthy" : "failed"}` }, f.way.outcome));
      else cell.append(String(value(f)));
      tr.append(cell);
    });
    tr.addEventListener("click", (e) => { if (e.target.tagName !== "A") location.hash = f.id; });
    return tr;
  };

  const render = () => {
    body.replaceChildren(...state.rows.slice(state.page * size, (state.page + 1) * size).map(row));
    headRow.replaceChildren(...columns.map(([name], n) => {
      const b = make("button", { type: "button" }, name + (state.sort === n ? (state.down ? " ↓" : " ↑") : ""));
      b.addEventListener("click", () => { state.down = state.sort === n && !state.down; state.sort = n; select(); });
      return make("th", { scope: "col", class: n >= 6 ? "number" : null, "aria-sort": state.sort === n ? (state.down ? "descending" : "ascending") : null }, b);
    }));
    const last = Math.max(0, Math.ceil(state.rows.length / size) - 1);
    const turn = (label, to, off) => {
      const b = make("button", { type: "button", disabled: off ? "" : null }, label);
      b.addEventListener("click", () => { state.page = to; render(); });
      return b;
    };
    pages.replaceChildren(...(last === 0 ? [] : [turn("Previous", state.page - 1, state.page === 0), make("span", {}, `page ${state.page + 1} of ${last + 1}`), turn("Next", state.page + 1, state.page === last)]));
    const clear = make("button", { type: "button" }, "all points");
    clear.addEventListener("click", () => { state.points = null; select(); });
    matches.replaceChildren(`${state.rows.length.toLocaleString("en")} ${state.rows.length === 1 ? "flow" : "flows"}${data.omitted ? `, ${data.omitted.toLocaleString("en")} more in flows.csv` : ""} `,
      ...(state.points ? [`at ${data.points[state.points[0]].n}:${data.points[state.points[0]].i} `, clear] : []));
  };

  const start = () => {
    let timer = 0;
    document.getElementById("search").addEventListener("input", (e) => {
      clearTimeout(timer);
      timer = setTimeout(() => { state.words = e.target.value.toLowerCase().split(/\s+/).filter(Boolean); select(); }, 120);
    });
    document.getElementById("outcome").addEventListener("change", (e) => { state.outcome = e.target.value; select(); });
    select();
  };
  const choose = (i) => { state.chosen = i; render(); };
  const choosePoints = (points) => { state.points = points; select(); document.getElementById("flows").scrollIntoView(); };
  // The flow before or after the chosen one, as the list is sorted now.
  const beside = (step) => state.rows[state.rows.indexOf(state.chosen) + step] ?? -1;
  return { start, choose, choosePoints, beside, first: () => state.rows[0] ?? -1 };
})();
