// The table of indicators (dashboard/ui/indicator_table.py): its rows are filtered as one types, by the words that the server has
// put on each, and once one has typed the address says so, so that the page, its links and its files follow.
(() => {
  "use strict";
  const FIELD = ".ccsp-typed input", TABLE = ".ccsp-indicators", PATIENCE = 500;
  let waiting = 0, queued = 0;

  // As dashboard.french.fold_accents: « Cœur d'Été » gives « coeur d'ete ».
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("œ", "oe").replaceAll("æ", "ae");
  const asked = () => new URL(location.href).searchParams.get("filtre") ?? "";

  function filter(field) {
    const words = fold(field.value).split(/\s+/).filter(Boolean);
    for (const table of document.querySelectorAll(TABLE)) {
      const rows = [...table.querySelectorAll("tbody tr")];
      for (const row of rows) row.hidden = !words.every((word) => row.dataset.words.includes(word));
      const none = table.parentNode.querySelector(".ccsp-none");
      if (none) none.hidden = rows.some((row) => !row.hidden);
    }
  }

  function tell(field) {
    const address = new URL(location.href), typed = field.value.trim().replace(/\s+/g, " ");
    if (typed === asked()) return;
    if (typed) address.searchParams.set("filtre", typed); else address.searchParams.delete("filtre");
    history.replaceState({}, "", address);
    dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  }

  document.addEventListener("input", (event) => {
    const field = event.target.closest?.(FIELD);
    if (!field) return;
    filter(field);
    clearTimeout(waiting);
    waiting = setTimeout(() => tell(field), PATIENCE);
  });
  addEventListener("popstate", () => {
    for (const field of document.querySelectorAll(FIELD)) if (field !== document.activeElement) field.value = asked();
  });

  // Two to four places that are ticked lead to the page that puts them side by side; others wait.
  const ticked = new Map(), MOST = 4;
  function compare() {
    const all = [...document.querySelectorAll(".ccsp-tick input")];
    const shown = all.filter((one) => one.checked), bar = document.querySelector(".ccsp-ticked"), link = bar?.querySelector("a");
    for (const one of all) one.disabled = !one.checked && shown.length >= MOST;
    if (!bar) return;
    bar.hidden = shown.length < 2;
    if (bar.hidden) return;
    const address = new URL(link.href), here = new URL(location.href), [first, ...others] = shown.map((one) => one.value);
    address.search = "";
    for (const name of ["periode", "type", "prestation"]) if (here.searchParams.has(name)) address.searchParams.set(name, here.searchParams.get(name));
    address.searchParams.set(shown[0].dataset.kind, first);
    address.searchParams.set("avec", others.join(","));
    link.href = address.href;
  }
  document.addEventListener("change", (event) => {
    const box = event.target.closest?.(".ccsp-tick input");
    if (!box) return;
    if (box.checked) ticked.set(box.value, true); else ticked.delete(box.value);
    compare();
  });

  // What Streamlit draws anew is filtered by what has been typed meanwhile, and ticked as it was.
  function ready() {
    queued = 0;
    for (const field of document.querySelectorAll(`${FIELD}:not([data-ready])`)) {
      field.dataset.ready = "";
      field.value = asked();
    }
    const field = document.querySelector(FIELD);
    const tables = [...document.querySelectorAll(`${TABLE}:not([data-ready])`)];
    for (const table of tables) table.dataset.ready = "";
    if (!tables.length) return;
    if (field) filter(field);
    for (const box of document.querySelectorAll(".ccsp-tick input")) box.checked = ticked.has(box.value);
    compare();
  }
  new MutationObserver(() => { queued ||= requestAnimationFrame(ready); }).observe(document, { childList: true, subtree: true });
})();
