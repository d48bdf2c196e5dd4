// Which bundles are listed: those of one cause, and those whose row holds what was typed.
const bundles = {
  start() {
    const rows = [...document.querySelectorAll("#bundle-rows tr")];
    const typed = document.getElementById("bundle-filter");
    const cause = document.getElementById("bundle-cause");
    const count = document.getElementById("bundle-count");
    const show = () => {
      const text = typed.value.trim().toLowerCase();
      let shown = 0;
      for (const row of rows) {
        const fits = (!cause.value || row.dataset.codes.split(" ").includes(cause.value)) && (!text || row.textContent.toLowerCase().includes(text));
        row.hidden = !fits;
        if (fits) shown++;
      }
      count.textContent = `${shown} of ${rows.length}`;
    };
    typed.addEventListener("input", show);
    cause.addEventListener("change", show);
    for (const button of document.querySelectorAll("button[data-code]"))
      button.addEventListener("click", () => {
        cause.value = button.dataset.code;
        show();
        document.getElementById("bundles").scrollIntoView();
      });
    show();
  },
};
theme.start();
bundles.start();
