// What pages cannot do by themselves: a link in our own HTML (st.html) to another page of ours is followed without loading
// the application anew, a table is sorted where its heading is clicked, filters unfold on a telephone, a typed period
// acts at once, and nothing moves for who wants no motion. Without this script links are ordinary links.
(() => {
  "use strict";
  const HTML = "[data-testid=stHtml]";

  // Pages that Streamlit does not draw (dashboard/web/routes.py) are loaded as any page is, before it hears of the click.
  const PLAIN = (document.querySelector("meta[name=ccsp-plain]")?.content ?? "").split(" ");
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.origin !== location.origin) return;
    if (!PLAIN.some((page) => link.pathname === page || link.pathname.startsWith(`${page}/`))) return;
    event.preventDefault();
    event.stopPropagation();
    location.assign(link.href);
  }, true);

  document.addEventListener("click", (event) => {
    const heading = event.target.closest?.(`${HTML} .ccsp-table th button`);
    if (heading) { sort(heading.closest("th")); return; }
    const fold = event.target.closest?.(`${HTML} .ccsp-fold`);
    if (fold) {
      const open = document.documentElement.toggleAttribute("data-filters");
      fold.setAttribute("aria-expanded", String(open));
      return;
    }
    const link = event.target.closest?.(`${HTML} a[href], #ccsp-search a[href]`);
    if (link && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey) follow(event, link);
  });

  // A bar of a chart that is pressed: its drawing sends the press to a link of its own, which stands nowhere on the page.
  const { dispatchEvent } = EventTarget.prototype;
  HTMLAnchorElement.prototype.dispatchEvent = function (event) {
    const ours = this.origin === location.origin && !this.isConnected && !this.download && !this.target;
    if (event.type !== "click" || !ours || event.ctrlKey || event.metaKey || event.shiftKey) return dispatchEvent.call(this, event);
    follow(event, this);
    return false;
  };

  // In the calendar of completeness arrow keys go from cell to cell: of a row, and up and down its column.
  document.addEventListener("keydown", (event) => {
    const calendar = event.target.closest?.(`${HTML} .ccsp-calendar`);
    const ends = { Home: 1, End: -1 }[event.key];
    const [down, right] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key] ?? [0, 0];
    const of = event.target.closest?.(`${HTML} .ccsp-calendar tr`);
    if (calendar && ends && of) {
      event.preventDefault();
      [...of.querySelectorAll("td a")].at(ends > 0 ? 0 : -1)?.focus();
      return;
    }
    if (!calendar || !(down || right) || event.ctrlKey || event.metaKey || event.altKey) return;
    const table = calendar.querySelector("table"), cell = event.target.closest("td, th");
    const rows = [...table.tBodies[0].rows, ...(table.tFoot?.rows ?? [])];
    let row = cell ? rows.indexOf(cell.parentNode) : 0, at = cell ? cell.cellIndex : -1;
    let link = cell ? null : rows[0]?.querySelector("td a");
    while (!link && row >= 0 && row < rows.length) {
      row += down;
      at += right;
      const next = rows[row]?.cells[at];
      if (!next) break;
      link = next.querySelector("a");
    }
    if (link) { event.preventDefault(); link.focus(); }
  });

  // Streamlit goes where the browser's history says: to a page of the menu, with what its address asks.
  function follow(event, link) {
    if (link.origin !== location.origin) return;
    event.preventDefault();
    const pressed = link.closest(".ccsp-calendar") && new URL(link.href).searchParams.has("jour");
    const heading = link.closest(".ccsp-indicators thead th"), column = heading?.cellIndex;
    const elsewhere = link.pathname !== location.pathname;
    history.pushState({}, "", link.href);
    dispatchEvent(new PopStateEvent("popstate", { state: {} }));
    if (elsewhere) {  // as on a page that is loaded: the keyboard begins at its top
      const first = document.querySelector("[data-testid=stSkipLink], [data-testid=stTopNavLink]");
      first?.focus({ preventScroll: true });
      first?.blur();
    }
    const chosen = `${HTML} .ccsp-calendar a[aria-current]`;
    if (pressed) focusAgain(() => [...document.querySelectorAll(chosen)].find((a) => a.href === link.href));
    else if (heading) focusAgain(() => sorted(heading, column));
    else document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  }

  // The heading that was pressed, once the table is drawn anew in its order.
  function sorted(heading, column) {
    if (heading.isConnected) return null;
    return document.querySelector(`${HTML} .ccsp-indicators thead`)?.rows[0].cells[column]?.querySelector("a");
  }

  // What was pressed is drawn anew: the keyboard goes on from there.
  function focusAgain(drawn) {
    const watch = new MutationObserver(() => {
      const again = drawn();
      if (!again) return;
      watch.disconnect();
      again.focus({ preventScroll: true });
    });
    watch.observe(document.body, { childList: true, subtree: true });
    setTimeout(() => watch.disconnect(), 10_000);
  }

  // What Streamlit moves by script (folds) no style sheet can still: for who wants no motion it takes no time.
  const still = matchMedia("(prefers-reduced-motion: reduce)"), { animate } = Element.prototype;
  Element.prototype.animate = function (frames, timing) {
    return animate.call(this, frames, still.matches ? { ...Object(timing), duration: 0 } : timing);
  };

  const words = new Intl.Collator("fr");

  // Whether the column holds numbers or days: a word in it then says why there is none.
  function valued(body, at) {
    return [...body.rows].some((row) => row.cells[at].dataset.v !== undefined);
  }

  // Up at first, down at the second click; what has no value stands last in both.
  function sort(heading) {
    const at = [...heading.parentNode.children].indexOf(heading);
    const way = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of heading.parentNode.children) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
    const body = heading.closest("table").tBodies[0];
    const rows = [...body.rows].map((row) => {
      const cell = row.cells[at];
      return { row, key: cell.dataset.v ?? (valued(body, at) ? "" : cell.textContent) };
    });
    const number = rows.every((one) => one.key === "" || Number.isFinite(Number(one.key)));
    const compare = number ? (a, b) => a - b : words.compare;
    rows.sort((a, b) => (a.key === "") - (b.key === "") || way * compare(a.key, b.key));
    body.append(...rows.map((one) => one.row));
  }

  // Streamlit takes a typed period when its calendar closes, and Escape closes it: neither Enter nor the last digit did.
  const PERIOD = "[data-testid=stDateInputField]", PART = "[role=spinbutton]", YEAR = 4;
  let typed = 0;  // digits, in the part where the keyboard is
  const close = (part) => part.dispatchEvent(
    new KeyboardEvent("keydown", { key: "Escape", code: "Escape", bubbles: true, cancelable: true }));

  document.addEventListener("focusin", () => { typed = 0; });
  document.addEventListener("keydown", (event) => { typed += /^\d$/.test(event.key); });
  document.addEventListener("keyup", (event) => {
    const part = event.target.closest?.(`${PERIOD} ${PART}`);
    if (!part) return;
    const parts = [...part.closest(PERIOD).querySelectorAll(PART)];
    const whole = part.dataset.type === "year" && typed === YEAR;
    if (event.key === "Enter" || (whole && part === parts.at(-1))) close(part);
    else if (whole) parts[parts.indexOf(part) + 1].focus();
  });
})();
