// Light or dark: as the system says, until the reader chooses.
const theme = {
  start() {
    const root = document.documentElement;
    let saved = null;
    try { saved = localStorage.getItem("pcappath-theme"); } catch { /* a file may have no storage */ }
    if (saved === "light" || saved === "dark") root.dataset.theme = saved;
    document.getElementById("theme").addEventListener("click", () => {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      try { localStorage.setItem("pcappath-theme", root.dataset.theme); } catch { /* nothing to remember it in */ }
    });
  },
};
