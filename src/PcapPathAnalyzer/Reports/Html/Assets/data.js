// The page's data, gzip in base64: a list of 100,000 flows would be 8 MB as it is and is a quarter of that so.
const data = await (async () => {
  const packed = Uint8Array.from(atob(document.getElementById("data").textContent), (c) => c.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
})();

// Columns of numbers become flows when someone looks at them.

const flows = (() => {
  const c = data.flows, n = c.count;
  const column = (name) => Array.isArray(c[name]) ? (i) => c[name][i] : () => c[name];
  const sums = (name, start) => {
    const at = column(name), all = new Float64Array(n);
    for (let i = 0, sum = start; i < n; i++) all[i] = sum += at(i);
    return (i) => all[i];
  };
  const get = {
    number: sums("number", c.first || 0), time: sums("time", 0), way: column("way"), client: column("client"), clientPort: column("clientPort"),
    asked: column("asked"), askedPort: column("askedPort"), server: column("server"), serverPort: column("serverPort"), as: column("as"), asPort: column("asPort"),
    forward: column("forward"), reply: column("reply"), again: column("again"), lasted: column("lasted"),
  };
  const end = (address, port) => address < 0 ? null : port < 0 ? data.strings[address] : data.strings[address].includes(":") ? `[${data.strings[address]}]:${port}` : `${data.strings[address]}:${port}`;
  const at = (i) => {
    const way = data.ways[get.way(i)];
    const f = {
      index: i, number: get.number(i), id: `f${get.number(i)}`, way, wayIndex: get.way(i), time: get.time(i), lasted: get.lasted(i),
      client: end(get.client(i), get.clientPort(i)), asked: end(get.asked(i), get.askedPort(i)), server: end(get.server(i), get.serverPort(i)),
      as: end(get.as(i), get.asPort(i) === -2 ? get.clientPort(i) : get.asPort(i)), forward: get.forward(i), reply: get.reply(i), again: get.again(i),
    };
    f.chosen = f.server && f.server !== f.asked ? `${f.reply > 0 ? "answered by" : "sent to"} ${f.server}` : "";
    f.translated = f.as && f.as !== f.client ? f.as : "";
    return f;
  };
  // By number, which only ever grows.
  const find = (number) => {
    let low = 0, high = n - 1;
    while (low <= high) {
      const middle = (low + high) >> 1, value = get.number(middle);
      if (value === number) return middle;
      if (value < number) low = middle + 1; else high = middle - 1;
    }
    return -1;
  };
  return { count: n, at, find, get };
})();

// A hop's addresses, put together from what the flow asked and what the server saw.
const hopEnds = (flow, hop, isReply) => {
  const one = (code, asked, served) => code === 0 ? asked : code === 1 ? served : code;
  const client = [flow.client, flow.as], server = [flow.asked, flow.server];
  const [from, to] = isReply ? [server, client] : [client, server];
  return { source: one(hop.s, ...from), destination: one(hop.d, ...to) };
};

const place = (hop) => `${data.points[hop.p].n}:${data.points[hop.p].i}`;

const duration = (ns) => {
  const sign = ns < 0 ? "-" : "", n = Math.abs(ns), text = (v, unit) => `${sign}${+v.toPrecision(3)} ${unit}`;
  return n === 0 ? "0" : n < 1e3 ? text(n, "ns") : n < 1e6 ? text(n / 1e3, "µs") : n < 1e9 ? text(n / 1e6, "ms") : text(n / 1e9, "s");
};

// Elements are made of nodes and text, never of markup: what a bundle says stays text.
const make = (name, attributes = {}, ...children) => {
  const svg = make.svg.has(name), node = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  node.append(...children.filter((c) => c !== null && c !== undefined && c !== false));
  return node;
};
make.svg = new Set(["svg", "g", "path", "rect", "circle", "line", "text", "tspan", "polyline"]);
