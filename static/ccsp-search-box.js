// The box of « Chercher »: what is typed goes to the matcher (ccsp-search.js), lines of answers come back, arrows and Enter choose.
// The index is asked for once, at the first press; values only of the lines that are offered, once typing pauses.

const INDEX = "/chercher/index", VALUES = "/chercher/valeurs", IN_VAIN = "/chercher/sans-reponse";
const PAUSE = 250;   // milliseconds without a key, before values are asked for
const VALUED = 6;    // lines, at most
const GROUPS = {
  beside: "Côte à côte", site: "Centre", department: "Département", pair: "Chiffres", everywhere: "Partout", commune: "Communes",
  page: "Pages", def: "Définitions", guide: "Guide", story: "Présentations", unknown: "Ce que les données ne disent pas",
};
const make_ = (tag, properties = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...inside);
  return made;
};
const named = (element, attributes) => {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

// Makes the box. matcher: the module that finds; looks: the address of the style sheet.
export async function make(matcher, looks) {
  document.head.append(make_("link", { rel: "stylesheet", href: looks }));
  const input = named(make_("input", { type: "text", autocomplete: "off", spellcheck: false, maxLength: 120,
    placeholder: "Un centre, un chiffre, une question…" }), {
    role: "combobox", "aria-label": "Chercher", "aria-expanded": "false", "aria-controls": "ccsp-found", "aria-autocomplete": "list",
    "aria-haspopup": "listbox", enterkeyhint: "go", autocapitalize: "off" });
  const list = named(make_("div", { id: "ccsp-found" }), { role: "listbox", "aria-label": "Réponses" });
  const said = named(make_("p", { className: "said" }), { role: "status" });
  const away = make_("button", { type: "button", className: "away", textContent: "Échap ferme" });
  const foot = make_("p", { className: "foot" }, make_("span", { className: "keys", textContent: "↑ ↓ choisir · Entrée ouvrir" }),
    make_("a", { href: "/chercher", textContent: "tout l'index" }), make_("span", { className: "when" }));
  const dialog = named(make_("dialog", { id: "ccsp-search" }, make_("div", { className: "typed" }, input, away), list, said, foot),
    { "aria-label": "Chercher" });
  document.body.append(dialog);

  let ready = null, coming = null, entered = false, lines = [], at = -1, pausing = 0;
  let inVain = "";  // what is typed, as long as nothing answers it
  const known = new Map();  // values by key of a line
  const told = new Set();  // what was sought in vain and is counted already

  async function load() {
    const answer = await fetch(INDEX, { headers: { accept: "application/json" } });
    if (answer.status === 401 || answer.status === 403) throw new Error("session");
    if (!answer.ok) throw new Error("away");
    ready = matcher.prepare(await answer.json());
  }

  // early: what was typed while the box was on its way. pressed: whether Enter was pressed after it.
  async function open(early, pressed) {
    if (!dialog.open) dialog.showModal();
    if (early) input.value = early; else input.select();
    entered = pressed;
    if (ready) { show(); go(); return; }
    said.textContent = "L'index arrive…";
    coming ??= load().finally(() => { coming = null; });
    try {
      await coming;
      show();
      go();
    } catch (reason) {
      said.textContent = reason.message === "session" ? "Votre session a expiré : se reconnecter, puis chercher de nouveau."
        : "L'index n'est pas venu : réessayer dans un instant.";
    }
  }

  // Enter that was pressed before the index came opens the first answer once it is there.
  function go() {
    const link = list.querySelector(`#ccsp-found-${Math.max(at, 0)}[href]`);
    if (entered && dialog.open && link) link.click();
    else if (entered) giveUp();
    entered = false;
  }

  function show() {
    if (!ready) return;
    const typed = input.value.trim();
    const found = typed ? matcher.search(ready, typed) : { lines: matcher.starters(ready), unknown: [] };
    lines = found.lines;
    at = lines.length && typed ? 0 : -1;
    draw(typed);
    tell(typed, found);
    // A line without an address says what the data do not hold.
    inVain = typed && (!lines[0]?.address || found.unknown.length) ? typed : "";
    clearTimeout(pausing);
    if (lines.some((one) => one.value && !known.has(one.key))) pausing = setTimeout(ask, PAUSE);
  }

  function tell(typed, found) {
    foot.querySelector(".when").textContent = found.period ? found.period.words : ready.words;
    if (!typed) said.textContent = ready.hint;
    else if (!lines.length) said.replaceChildren("Rien ici ne répond à ces mots. Voir ", ...ways());
    else if (found.unknown.length) said.textContent = `Mot inconnu ici : ${found.unknown.join(", ")}.`;
    else said.textContent = "";
  }

  // What is given up is counted for who mends the index: by words of the index alone, once.
  function giveUp() {
    if (!inVain || told.has(inVain)) return;
    told.add(inVain);
    const { words, others } = matcher.reduced(ready, inVain);
    if (!words.length && !others) return;
    const body = new URLSearchParams({ jeton: ready.token, mots: words.join(" "), autres: others });
    fetch(IN_VAIN, { method: "POST", body, keepalive: true }).catch(() => {});
  }

  function ways() {
    const links = ready.ways.flatMap(([label, href]) => [", ", make_("a", { href, textContent: label })]).slice(1);
    return [...links, "."];
  }

  function draw(typed) {
    const groups = new Map();
    lines.forEach((one, n) => { (groups.get(one.group) ?? groups.set(one.group, []).get(one.group)).push([one, n]); });
    list.replaceChildren(...[...groups].map(([group, own]) => {
      const heading = named(make_("div", { className: "group", id: `ccsp-group-${group}`, textContent: GROUPS[group] ?? "" }),
        { role: "presentation" });
      return named(make_("div", {}, heading, ...own.map(([one, n]) => option(one, n, typed))),
        { role: "group", "aria-labelledby": heading.id });
    }));
    lines = [...groups.values()].flat().map(([one]) => one);
    [...list.querySelectorAll("[role=option]")].forEach((one, n) => { one.id = `ccsp-found-${n}`; });
    input.setAttribute("aria-expanded", String(lines.length > 0));
    list.hidden = !lines.length;
    mark();
  }

  function option(one, n, typed) {
    const value = make_("span", { className: "value", textContent: known.get(one.key) ?? "" });
    const element = named(make_(one.address ? "a" : "div", { className: "line" },
      make_("span", { className: "name" }, ...marked(one.label, typed)), value,
      make_("small", { textContent: one.note ?? "" })), { role: "option", tabindex: "-1", "aria-selected": "false" });
    if (one.address) element.href = one.address;
    element.dataset.key = one.key;
    return element;
  }

  // What was typed is underlined in the line, whoever spells it.
  function marked(label, typed) {
    const wanted = matcher.fold(typed).split(" ").filter((one) => one.length > 2);
    return label.split(/([\s'’()·,:/-]+)/).map((word) => {
      const folded = matcher.fold(word);
      return folded && wanted.some((one) => folded.startsWith(one) || (one.length > 3 && one.startsWith(folded) && folded.length > 3))
        ? make_("u", { textContent: word }) : word;
    });
  }

  function mark() {
    list.querySelectorAll("[role=option]").forEach((one, n) => one.setAttribute("aria-selected", String(n === at)));
    const chosen = list.querySelector(`#ccsp-found-${at}`);
    if (chosen) input.setAttribute("aria-activedescendant", chosen.id); else input.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  }

  async function ask() {
    const wanted = lines.filter((one) => one.value && !known.has(one.key)).slice(0, VALUED).map((one) => one.key);
    if (!wanted.length) return;
    const answer = await fetch(`${VALUES}?${new URLSearchParams({ l: wanted.join("|") })}`).catch(() => null);
    if (!answer?.ok) return;
    for (const [key, words] of Object.entries(await answer.json())) known.set(key, words);
    list.querySelectorAll("[role=option]").forEach((one) => {
      const words = known.get(one.dataset.key);
      if (words) one.querySelector(".value").textContent = words;
    });
  }

  // What an address names of a page (an anchor, a card, the panel of a key) is drawn after the page is: it is brought into sight
  // once it is there, and once more when what stands above it has its height.
  function bring(name) {
    let left = 150;
    const look = () => {
      const busy = document.querySelector("[data-testid=stApp]:not([data-test-script-state=notRunning])");
      const part = busy && left > 20 ? null : partOf(name);
      if (part) {
        part.scrollIntoView({ block: "start" });
        setTimeout(() => part.isConnected && part.scrollIntoView({ block: "start" }), 700);
      } else if (left-- > 0) setTimeout(look, 100);
    };
    setTimeout(look, 300);
  }

  function partOf(name) {
    const anchor = document.getElementById(name);
    if (anchor) return anchor.closest(".ccsp-card") ?? anchor;
    const key = `st-key-${CSS.escape(name)}`;
    const panel = document.querySelector(`.${key}, [class*="${key}_"]`);
    // Its title stands above it.
    const above = (title) => title.compareDocumentPosition(panel) & Node.DOCUMENT_POSITION_FOLLOWING;
    return panel && ([...document.querySelectorAll("[data-testid=stMain] :is(h2, h3)")].filter(above).at(-1) ?? panel);
  }

  input.addEventListener("input", () => { entered = false; show(); });
  input.addEventListener("keydown", (event) => {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (way && lines.length) {
      event.preventDefault();
      at = at < 0 && way < 0 ? lines.length - 1 : (at + way + lines.length) % lines.length;
      mark();
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      entered = true;
      if (ready) go();
    }
  });
  away.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && list.contains(link)) inVain = "";
    if (link?.hash) bring(decodeURIComponent(link.hash.slice(1)));
    if (event.target === dialog || (link && !event.ctrlKey && !event.metaKey && !event.shiftKey)) dialog.close();
  });
  dialog.addEventListener("close", giveUp);
  addEventListener("pagehide", giveUp);
  return { open };
}
