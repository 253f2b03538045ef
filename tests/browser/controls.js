// Everything on a page that can be pressed, typed in or followed: what it is, where it stands, what it is called. Reads only,
// but for dead(). Run in every frame: found() describes all, in the order of the page; element(n) is the n-th of those that were
// found last; count() and seen() say whether anything has changed.
window.controls ??= (() => {
  const ACTS = `a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=link],
    [role=tab], [role=menuitem], [role=checkbox], [role=switch], [role=radio], [role=slider], [role=spinbutton],
    [contenteditable=true]`;
  // The lists and days of Streamlit are one control each, whatever they are made of.
  const LIST = ":is([data-testid=stSelectbox], [data-testid=stMultiSelect])", DAY = "[data-testid=stDateInput]";
  // Tools that it shows under the pointer alone.
  const TOOL = "[data-testid=stElementToolbarButton]", ICON = "[data-testid=stIconMaterial]";
  const FORM = "form, [data-testid=stForm], [data-testid=stPopoverBody]";

  function text(e) {
    if (!e?.querySelector(ICON)) return e?.textContent ?? "";
    const copy = e.cloneNode(true);
    copy.querySelectorAll(ICON).forEach((icon) => icon.remove());
    return copy.textContent;
  }
  const clean = (words) => (words ?? "").replace(/\s+/g, " ").trim();

  function kind(e) {
    const role = e.getAttribute("role");
    if (e.closest("[data-testid=stDownloadButton]")) return "file";
    if (e.closest("[data-testid=stFileUploader]")) return "upload";
    if (e.matches("summary")) return "fold";
    if (e.matches("th button")) return "sort";
    if (e.hasAttribute("popovertarget")) return "meaning";
    if (e.closest("[data-testid=stTooltipHoverTarget]") && /^Aide : /.test(e.ariaLabel ?? "")) return "hint";
    if (e.matches("[data-testid=stPopoverButton]")) return "popover";
    if (e.closest(DAY) && role === "spinbutton") return "day";
    if (role === "combobox" || e.matches("select")) return "list";
    if (role === "switch" || role === "checkbox" || e.type === "checkbox") return "switch";
    if (role === "radio" || e.type === "radio") return "choice";
    if (e.matches("svg *") && role === "button") return "mark";
    if (e.matches("input, textarea, [contenteditable=true]") || role === "slider" || role === "spinbutton") return "field";
    if (e.matches("a[href]") && role !== "button") return "link";
    return "button";
  }

  function name(e, what) {
    if (what === "day") return clean(text(e.closest(DAY).querySelector("label")));
    // Once it is pressed, what copies says for a while that it has.
    if (e.closest(TOOL)) return clean(e.ariaLabel).replace("Copié", "Copier");
    const label = e.labels?.[0];
    const said = clean(e.getAttribute("aria-label") || text(label) || e.getAttribute("placeholder") || text(e) || e.title || e.value);
    return said.replace(/ \(sur [\d ]+\)/, "");  // on how many cases it rests
  }

  const fold = (e) => clean(text(e.closest("details")?.querySelector("summary")));
  const key = (e) => [...(e.closest("[class*=st-key-]")?.classList ?? [])].find((one) => one.startsWith("st-key-"))?.slice(7);
  // What is found in the data stands after the colon.
  const table = (e) => clean(e.closest("[role=region][aria-label], table[aria-label]")?.ariaLabel).split(" : ")[0] || "table";
  const column = (cell) => clean(text(cell.closest("table").tHead?.rows[0]?.cells[cell.cellIndex]));

  // Rows of data, one like the other: how many there are is told, not what each is called.
  function row(e) {
    if (e.closest("tbody")) return `${table(e)} / ${column(e.closest("td, th"))}`;
    if (e.closest(".ccsp-answers dd")) return `answers / ${clean(text(e.closest("div").querySelector("dt a")))}`;
    return e.matches("svg *") ? "map" : "";
  }

  function where(e) {
    if (e.closest(".leaflet-container")) return "map";
    if (e.getRootNode().host?.closest("#ccsp-presentation")) return "presentation";
    if (e.closest("[data-testid^=stTopNav], [data-testid^=stSidebar]")) return "menu";
    if (e.closest("table")) return table(e);
    if (e.closest(".ccsp-card")) return "cards";
    if (e.closest(".ccsp-answers")) return "answers";
    if (e.closest(".ccsp-top")) return "top";
    // Numbers in a key are of this database, or of the row.
    return (key(e) ?? "").replace(/^FormSubmitter-([^-]+)-.*/, "$1").replace(/[0-9a-f]*\d[0-9a-f]*/g, "#");
  }

  // What is sent together: by a form, or by a button whose key begins as those of its fields do.
  function form(e) {
    if (kind(e) === "button" && !e.closest("[data-testid=stButton], [data-testid=stFormSubmitButton]")) return "";
    const own = e.closest(FORM);
    return own ? `form ${[...e.getRootNode().querySelectorAll(FORM)].indexOf(own)}` : (key(e) ?? "").split("_")[0];
  }

  function acts(e) {
    if (!e.checkVisibility({ visibilityProperty: !e.closest(TOOL) }) || e.closest("[inert]")) return false;
    if (e.closest(LIST) && !e.matches("[role=combobox]")) return e.matches("[role=button], button") && e.ariaLabel !== "Ouvrir";
    if (e.closest(DAY)) return e === e.closest(DAY).querySelector("[role=spinbutton]");
    return true;
  }

  let last = [];
  function all() {
    last = [];
    const walk = (root) => {
      for (const e of root.querySelectorAll("*")) {
        if (e.matches(ACTS) && acts(e)) last.push(e);
        if (e.shadowRoot) walk(e.shadowRoot);
      }
    };
    walk(document);
    return last;
  }

  function described(e) {
    const what = kind(e), line = row(e);
    return [
      what === "fold" ? "" : fold(e), line || where(e), what, line ? "" : name(e, what), e.matches(":disabled, [aria-disabled=true]"),
      what === "link" ? e.href.baseVal ?? e.href : "", form(e),
    ];
  }

  // Text, what fields and folds stand at, what is coloured, where one has scrolled.
  function parts() {
    const found = [document.title, document.fullscreenElement ? "full" : ""], at = document.activeElement;
    const walk = (root) => {
      for (const e of root.querySelectorAll("*")) {
        const tag = e.localName;
        if (tag === "input" || tag === "textarea" || tag === "select") found.push(e.value, e.checked, e.matches(":user-invalid"));
        if (e.ariaExpanded || e.ariaSort || e.ariaChecked || e.ariaSelected || e.ariaPressed || e.ariaValueText)
          found.push(e.ariaExpanded, e.ariaSort, e.ariaChecked, e.ariaSelected, e.ariaPressed, e.ariaValueText);
        if (e.popover) found.push(e.matches(":popover-open"));
        if (tag === "details") found.push(e.open);
        if (tag === "path") found.push(e.getAttribute("fill"), e.getAttribute("d")?.length);
        if (e.matches(".leaflet-map-pane, .leaflet-proxy")) found.push(e.getAttribute("style"));
        if (e.scrollTop) found.push(Math.round(e.scrollTop / 50));
        if (e.shadowRoot) { found.push(e.shadowRoot.textContent.length); walk(e.shadowRoot); }
      }
    };
    walk(document);
    // That what is pressed is where the keyboard is then is no answer; that something else is, is one.
    const moved = at && at !== document.body && at.localName !== "iframe" && !at.shadowRoot && !at.matches(ACTS);
    return [...found, document.body?.innerText, moved && at.tagName, moved && at.id].join("\n");
  }

  function hashed(words) {
    let a = 0xdeadbeef, b = 0x41c6ce57;
    for (let i = 0; i < words.length; i++) {
      a = Math.imul(a ^ words.charCodeAt(i), 2654435761);
      b = Math.imul(b ^ words.charCodeAt(i), 1597334677);
    }
    return `${a >>> 0}.${b >>> 0}`;
  }

  // Up, then down; what stands there then is another order wherever two things differ.
  function sorts(e) {
    const heading = e.closest("th");
    // In a column of values, words say why there is none.
    const cells = () => {
      const column = [...heading.closest("table").tBodies[0].rows].map((one) => one.cells[heading.cellIndex]);
      const values = column.map((cell) => cell.dataset.v).filter(Boolean);
      return values.length ? values : column.map((cell) => clean(cell.textContent)).filter(Boolean);
    };
    e.click();
    const up = heading.ariaSort === "ascending" && cells();
    e.click();
    const down = heading.ariaSort === "descending" && cells();
    return up && down && (new Set(up).size < 2 || up.join() !== down.join());
  }

  function means(e) {
    e.click();
    const told = document.getElementById(e.getAttribute("popovertarget"));
    const said = told?.matches(":popover-open") && clean(told.textContent);
    told?.hidePopover();
    return said;
  }

  const BY_ITSELF = { sort: sorts, meaning: means };

  return {
    found: () => all().map(described),
    element: (n) => last[n],
    count: () => all().length,
    seen: () => hashed(parts()),
    // What the browser does without the server, all of it at once: which of these do nothing.
    dead: () => all().map((e) => [e, kind(e)]).filter(([e, what]) => BY_ITSELF[what] && !BY_ITSELF[what](e))
      .map(([e, what]) => `${what} « ${name(e, what)} » (${where(e)})`),
  };
})();
