// The presentation. At the press on its button every slide, note and chart is asked for, at once; from the first slide on
// all are in this page, so that it goes on when the server cannot be reached: only filters ask for something. No text from
// data is made into markup here: slides come as markup from the server, which has escaped them; everything else is set as
// text.

const KEYS = {
  ArrowRight: 1, PageDown: 1, " ": 1, ArrowDown: 1, ArrowLeft: -1, PageUp: -1, ArrowUp: -1, Backspace: -1,
};
const HELP = "← → ou Espace : avancer, reculer · N : notes · F : filtres · S : second écran · A : défilement · ? : cette aide"
  + " · Échap : quitter";
const WIDTH = 1280, HEIGHT = 720, NARROW = 700;
const CHECK_EVERY = 2000, CHECK_WITHIN = 1500;
const ASK_AGAIN = 10000;  // milliseconds without slides: the server may have begun anew and not have heard
const PREPARING = "La présentation se prépare…";
const AWAY = "Le serveur ne répond pas. La présentation commencera quand il répondra.";

// Colours are variables that the server names in data.css, for each room.
const STYLE = `
:host{all:initial}
*{box-sizing:border-box}
.room{position:fixed;inset:0;z-index:2147483000;background:var(--paper);color:var(--ink);overflow:hidden;
  font-family:"Source Sans","Source Sans Pro",sans-serif;font-size:24px;line-height:1.25}
.stage{position:absolute;left:0;top:0;width:${WIDTH}px;height:${HEIGHT}px;transform-origin:0 0;display:flex;
  flex-direction:column;padding:26px 40px 0}
.page{flex:1;min-height:0;display:flex;outline:none}
.slide{flex:1;min-width:0;min-height:0;display:flex;flex-direction:column;gap:12px}
h2{font-size:36px;line-height:1.15;overflow-wrap:anywhere;font-weight:650;margin:0;color:var(--ink);text-wrap:balance}
figure{flex:1;min-height:0;margin:0;display:flex;flex-direction:column;align-items:center;justify-content:center;gap:4px}
figcaption{color:var(--soft);line-height:1.2;text-align:center}
svg{display:block;max-width:100%;max-height:100%;overflow:visible}
.question{font-size:27px;margin:auto 0 0;padding:8px 18px;border-left:6px solid var(--main);background:var(--band)}
.lines{margin:auto 0;padding-left:1.1em;display:flex;flex-direction:column;gap:10px}
.lines.many{font-size:24px;gap:6px}
.message{font-size:30px;margin:auto 0;color:var(--soft)}
.wait{flex-direction:column;align-items:center;justify-content:center;gap:20px;text-align:center}
.wait p{margin:0}.wait .message{margin:0;color:var(--ink)}
.cards{flex:1;display:grid;grid-template-columns:repeat(3,1fr);gap:16px;margin:0;align-content:center}
.cards:has(>div:nth-child(4):last-child){grid-template-columns:repeat(2,1fr)}
.cards>div{border:2px solid var(--line);border-radius:12px;padding:14px 20px;background:var(--band)}
.cards dt{color:var(--soft)}
.cards dd{margin:0;color:var(--soft)}
.cards .value{font-size:52px;line-height:1.15;font-weight:600;color:var(--ink)}
.cards.tight{gap:10px}
.cards.tight>div{display:flex;flex-wrap:wrap;align-items:baseline;align-content:start;column-gap:14px;padding:6px 18px}
.cards.tight :is(dt,.state){flex-basis:100%;line-height:1.15}
.cards.tight .value{font-size:40px}
.state{font-weight:650}.state.improvement{color:var(--improvement)}.state.alert{color:var(--alert)}
.state.neutral{color:var(--neutral)}
.rest{margin:0;color:var(--soft)}
.table{flex:0 1 auto;min-height:0;overflow:hidden}
.few{font-size:1.17em}
.table.few :is(th,td){padding:15px 10px}
.table :is(th,td).n{padding-right:28px}
caption{display:none}
.n{text-align:right;font-variant-numeric:tabular-nums}
.page[data-code=ouverture] .slide{justify-content:center;gap:28px;border-left:14px solid var(--main);padding-left:44px}
.page[data-code=ouverture] h2{font-size:68px}
.page[data-code=ouverture] .lines{margin:0;padding:0;list-style:none;font-size:30px}
.page[data-code=ouverture] .lines li:first-child{font-weight:650}
.foot{display:flex;align-items:center;gap:18px;min-height:64px;padding:6px 0;color:var(--soft);border-top:2px solid var(--line);
  margin-top:12px}
.foot .said{flex:1;min-width:0;line-height:1.15;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
.foot .count{font-weight:650;color:var(--ink);white-space:nowrap}
.cut{background:var(--notice);color:var(--on-notice);border:1px solid var(--notice-edge);padding:2px 12px;border-radius:6px;white-space:nowrap}
[hidden]{display:none !important}
button,select{font:inherit;color:inherit;background:var(--band);border:2px solid var(--line);border-radius:8px;padding:2px 12px;
  min-height:44px;cursor:pointer}
button:focus-visible,select:focus-visible{outline:3px solid var(--main);outline-offset:2px}
button:disabled,select:disabled{opacity:.55;cursor:default}
.over{position:absolute;left:0;right:0;bottom:0;max-height:55%;overflow:auto;background:var(--band);border-top:4px solid var(--main);
  padding:18px 44px 26px;z-index:2}
.over h3{font-size:24px;margin:0 0 8px}
.over p{margin:0 0 10px}
.over label{display:inline-flex;flex-direction:column;gap:4px;margin:0 18px 8px 0;color:var(--soft)}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:6px 10px;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600}
tbody th{white-space:nowrap}
.room.narrow{overflow:auto}
.narrow .stage{position:static;width:auto;height:auto;min-height:100%;transform:none;padding:14px}
.narrow h2{font-size:26px}
.narrow .cards{grid-template-columns:1fr}
.narrow figure,.narrow .table{overflow:auto;align-items:flex-start}
.narrow svg{flex:none;max-width:none;max-height:none;width:44rem;height:auto}
.narrow{font-size:18px}
.narrow .said{flex-basis:100%;font-size:15px}
.narrow .foot{gap:8px;min-height:0}
.narrow .question{font-size:20px}
.narrow td,.narrow th{min-width:9rem}
.narrow .table{max-height:60vh}
.narrow .foot{flex-wrap:wrap}
`;

function made(tag, parent, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  parent.append(element);
  return element;
}

class Presentation {
  constructor() {
    this.at = 0;
    this.host = null;
    this.waiting = null;  // the line that is read until there are slides
    this.online = true;
    this.leaving = false;  // the browser is to go back to the page, and has not yet
    this.onKey = (event) => this.key(event);
    this.onSize = () => this.fit();
    this.secondAt = 0;  // when the speaker's window was opened, for which a browser may leave the full screen by itself
    this.onFull = () => {
      if (!this.wasFull || document.fullscreenElement) return;
      if (Date.now() - this.secondAt < 2000) this.wasFull = false; else this.close();
    };
    this.onBack = () => this.close(true);
  }

  // New data from the server: slides come at the start and after a filter. The slide that is shown stays in its place.
  receive(data, setTriggerValue, setStateValue, button) {
    this.trigger = setTriggerValue;
    this.state = setStateValue;
    this.button = button;
    this.latest = data;
    // A server that has begun anew does not know of this presentation, which keeps its slides, and missed the filters
    // that were asked for: it knows us now.
    if (this.host && !data.slides) {
      if (this.wanted) this.trigger("filter", this.wanted);
      this.wanted = null;
      return;
    }
    this.wanted = null;
    const before = this.held;
    this.data = data;
    this.held = JSON.stringify(data);
    if (this.host && (this.waiting || this.held !== before)) this.fill();
  }

  // Said as a state, not as an event: Streamlit says it again by itself when its connection comes back.
  ask() {
    this.asked = Date.now();
    this.state("running", this.asked);
  }

  open() {
    if (this.host) return;
    // Closed by mistake and begun again at once: the step back of the closing, still to come, would close this one.
    if (this.leaving) { window.addEventListener("popstate", () => this.open(), { once: true }); return; }
    this.host = made("div", document.body, { id: "ccsp-presentation" });
    const root = this.host.attachShadow({ mode: "open" });
    made("style", root).textContent = STYLE + this.data.css;
    this.room = made("div", root, { class: "room", role: "dialog", "aria-modal": "true", "aria-label": "Présentation" });
    this.stage = made("div", this.room, { class: "stage" });
    this.at = 0;
    this.online = true;
    // Closed a moment ago, or while the server is away, it still has its slides.
    if (this.data.slides) this.fill(); else this.wait();
    window.addEventListener("keydown", this.onKey, true);
    window.addEventListener("resize", this.onSize);
    window.addEventListener("popstate", this.onBack);
    document.addEventListener("fullscreenchange", this.onFull);
    history.pushState({ ...history.state, ccsp: "presentation" }, "");  // so that « back » leaves the slides, not the page
    this.fillScreen();
    this.ask();
    this.watch();
  }

  // Begun again at once, it waits until the browser has left the full screen of before, which would close it.
  async fillScreen() {
    this.wasFull = false;
    if (!document.fullscreenEnabled) return;
    await this.emptied;
    await document.documentElement.requestFullscreen().catch(() => {});
    this.wasFull = Boolean(document.fullscreenElement);
    if (this.wasFull && !this.host) this.emptied = document.exitFullscreen().catch(() => {});  // closed before it was full
  }

  wait() {
    this.room.className = `room ${this.data.theme}`;
    const page = made("div", this.stage, { class: "page wait", tabindex: "-1" });
    this.waiting = made("p", page, { class: "message", role: "status" }, PREPARING);
    made("p", page, {}, "Échap : revenir à la page");
    const leave = made("button", page, { type: "button", "aria-label": "Quitter la présentation" }, "✕");
    leave.addEventListener("click", () => this.close());
    this.fit();
    page.focus({ preventScroll: true });
  }

  close(gone = false) {
    if (!this.host) return;
    window.removeEventListener("keydown", this.onKey, true);
    window.removeEventListener("resize", this.onSize);
    window.removeEventListener("popstate", this.onBack);
    document.removeEventListener("fullscreenchange", this.onFull);
    clearTimeout(this.watching);
    this.play(false);
    if (this.second && !this.second.closed) this.second.close();
    if (document.fullscreenElement) this.emptied = document.exitFullscreen().catch(() => {});
    this.host.remove();
    this.host = this.waiting = this.wanted = null;
    this.data = this.latest;
    this.state("running", 0);
    this.button?.focus();
    if (gone || !history.state?.ccsp) return;
    this.leaving = true;
    window.addEventListener("popstate", () => { this.leaving = false; }, { once: true });
    history.back();
  }

  fill() {
    const { data, room } = this;
    this.waiting = null;
    room.className = `room ${data.theme}`;
    this.stage.replaceChildren();
    room.querySelectorAll(".over").forEach((one) => one.remove());
    this.at = Math.min(this.at, data.slides.length - 1);
    this.slides = data.slides.map((slide) => {
      const page = made("div", this.stage, { class: "page", tabindex: "-1", hidden: "", "data-code": slide.code });
      page.innerHTML = slide.html;
      return page;
    });
    const foot = made("div", this.stage, { class: "foot" });
    made("span", foot, { class: "said" }, data.foot);
    this.mark = made("span", foot, { class: "cut", role: "status" }, "Hors connexion");
    this.playing = made("span", foot, { class: "playing" }, "▶ défile");
    this.count = made("span", foot, { class: "count", "aria-live": "polite" });
    const press = (text, label, act) => {
      const one = made("button", foot, { type: "button", "aria-label": label }, text);
      one.addEventListener("click", act);
      return one;
    };
    this.back = press("◀", "Diapositive d'avant", () => this.go(this.at - 1));
    this.next = press("▶", "Diapositive d'après", () => this.go(this.at + 1));
    press("✕", "Quitter la présentation", () => this.close());
    this.notes = made("aside", room, { class: "over notes", "aria-label": "Notes", hidden: "" });
    this.filters = made("form", room, { class: "over filters", "aria-label": "Filtres", hidden: "" });
    this.help = made("div", room, { class: "over help", hidden: "" }, HELP);
    this.selects = data.filters.map((one) => {
      const label = made("label", this.filters, {}, one.label);
      const select = made("select", label);
      for (const [value, text] of one.options) made("option", select, { value }, text);
      select.value = one.value;
      select.name = one.name;
      return select;
    });
    // Only when asked for: a key pressed in a list must not change the figures in front of the room.
    this.apply = made("button", this.filters, { type: "submit" }, "Appliquer");
    this.unreachable = made("p", this.filters, {}, "Hors connexion : les filtres reviennent avec le serveur.");
    this.filters.addEventListener("submit", (event) => {
      event.preventDefault();
      this.wanted = Object.fromEntries(this.selects.map((one) => [one.name, one.value]));
      this.trigger("filter", this.wanted);
    });
    this.play(Boolean(this.timer));
    this.said();
    this.fit();
    this.go(this.at);
  }

  go(to) {
    if (to < 0 || to >= this.slides.length) return;
    this.slides[this.at].hidden = true;
    this.at = to;
    const slide = this.slides[to];
    slide.hidden = false;
    this.trim(slide);
    slide.focus({ preventScroll: true });
    this.room.scrollTop = 0;
    this.count.textContent = `${to + 1} / ${this.slides.length}`;
    this.back.disabled = to === 0;
    this.next.disabled = to === this.slides.length - 1;
    this.write(this.notes);
    this.fit();
    this.tell();
    if (this.timer && to === this.slides.length - 1) this.play(false);
  }

  // What does not fit at this size of type is left out, and said to be: rows of a table, sentences of a list. Figures are all
  // kept: they move closer, then the question for the room gives way (the notes have it).
  trim(page) {
    if (page.dataset.trimmed || this.room.classList.contains("narrow")) return;
    page.dataset.trimmed = "yes";
    const slide = page.querySelector(".slide"), said = page.querySelector(".rest") || document.createElement("p");
    const rows = [...page.querySelectorAll("tbody tr, .lines li")];
    const all = Number(said.dataset.all || rows.length), box = page.querySelector(".table") || slide;
    const full = () => slide.scrollHeight > slide.clientHeight + 1 || box.scrollHeight > box.clientHeight + 1;
    said.className = "rest";
    const cards = page.querySelector(".cards");
    if (cards && full()) cards.classList.add("tight");
    if (cards && full()) page.querySelector(".question")?.remove();
    if (full()) box.classList.remove("few");  // the larger type of a short table is not worth a row
    while (rows.length > 1 && full()) {
      rows.pop().remove();
      if (!said.isConnected) (page.querySelector(".table, .lines")).after(said);
      said.textContent = `${rows.length} sur ${all.toLocaleString("fr")} ici ; tout est dans le ${page.querySelector(".table") ? "classeur" : "dossier"}.`;
    }
  }

  write(place) {
    const slide = this.data.slides[this.at];
    place.replaceChildren();
    made("h3", place, {}, "Notes");
    for (const text of slide.note.length ? slide.note : ["Pas de note pour cette diapositive."]) made("p", place, {}, text);
  }

  // The speaker's window: on a second screen. It belongs to this page and needs no server.
  tell(open = false) {
    if (open) {
      this.secondAt = Date.now();
      this.second = window.open("", "ccsp-notes", "width=1000,height=700");
      this.second?.addEventListener("keydown", this.onKey, true);  // arrows act from either screen
    }
    if (!this.second || this.second.closed) return;
    const { document: page } = this.second, body = page.body;
    page.title = "Notes de l'orateur";
    page.documentElement.lang = "fr";
    body.replaceChildren();
    body.style.cssText = `font:24px/1.35 sans-serif;margin:28px;color:var(--ink);background:var(--paper);${this.data.light}`;
    const after = this.data.slides[this.at + 1];
    made("h1", body, { style: "font-size:28px" }, `${this.at + 1} / ${this.slides.length} · ${this.data.slides[this.at].headline}`);
    if (this.data.slides[this.at].question) made("p", body, { style: "font-weight:600" }, this.data.slides[this.at].question);
    this.write(made("div", body));
    made("p", body, { style: "color:var(--soft)" }, after ? `Ensuite : ${after.headline}` : "C'est la dernière diapositive.");
  }

  key(event) {
    const inside = event.composedPath()[0];
    const choosing = inside instanceof HTMLSelectElement;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopImmediatePropagation();
    if (event.key === "Escape") {
      const open = !this.waiting && [this.notes, this.filters, this.help].find((one) => !one.hidden);
      if (open) open.hidden = true; else this.close();
    } else if (event.key === "Tab" || (inside instanceof HTMLButtonElement && (event.key === " " || event.key === "Enter"))) {
      return;
    } else if (this.waiting) {
      if (!(event.key in KEYS)) return;  // there is nothing to turn yet
    } else if (choosing && (event.key in KEYS || ["Home", "End", "Enter"].includes(event.key))) {
      return;  // the list's own keys
    } else if (event.key in KEYS) {
      this.go(this.at + KEYS[event.key]);
    } else if (event.key === "Home" || event.key === "End") {
      this.go(event.key === "Home" ? 0 : this.slides.length - 1);
    } else if (event.key === "n" || event.key === "N") {
      this.fold(this.notes);
    } else if (event.key === "f" || event.key === "F") {
      this.fold(this.filters);
    } else if (event.key === "?" || event.key === "h" || event.key === "H") {
      this.fold(this.help);
    } else if (event.key === "s" || event.key === "S") {
      this.tell(true);
    } else if (event.key === "a" || event.key === "A") {
      this.play(!this.timer);
    } else {
      return;
    }
    event.preventDefault();
  }

  fold(panel) {
    for (const one of [this.notes, this.filters, this.help]) one.hidden = one !== panel || !panel.hidden;
    this.fit();
  }

  play(on) {
    clearInterval(this.timer);
    this.timer = on ? setInterval(() => this.go(this.at + 1), 1000 * this.data.seconds) : null;
    if (this.playing) this.playing.hidden = !on;
  }

  async watch() {
    let up = false;
    try {
      const asked = await fetch("/livez", {
        cache: "no-store", signal: AbortSignal.timeout(CHECK_WITHIN) });
      up = asked.ok;
    } catch { up = false; }
    if (!this.host) return;
    const back = up && !this.online;
    this.online = up;
    this.said();
    if (this.waiting && up && (back || Date.now() - this.asked > ASK_AGAIN)) this.ask();
    this.watching = setTimeout(() => this.watch(), CHECK_EVERY);
  }

  said() {
    if (this.waiting) {
      const now = this.online ? PREPARING : AWAY;
      if (this.waiting.textContent !== now) this.waiting.textContent = now;
      return;
    }
    this.mark.hidden = this.online;
    for (const one of [...this.selects, this.apply]) one.disabled = !this.online;
    this.unreachable.hidden = this.online;
  }

  fit() {
    const { innerWidth: width, innerHeight: height } = window;
    const narrow = width < NARROW;
    this.room.classList.toggle("narrow", narrow);
    // Open notes take the foot of the screen, and the slide with its question what is left above them.
    const free = height - (this.notes?.isConnected && !this.notes.hidden ? this.notes.offsetHeight : 0);
    const scale = Math.min(width / WIDTH, free / HEIGHT);
    this.stage.style.transform = narrow ? "" :
      `translate(${(width - scale * WIDTH) / 2}px,${(free - scale * HEIGHT) / 2}px) scale(${scale})`;
  }
}

export default function (component) {
  const { data, parentElement, setTriggerValue, setStateValue } = component;
  const show = (window.ccspPresentation ??= new Presentation());
  const button = parentElement.querySelector("button");
  button.onclick = () => show.open();
  show.receive(data, setTriggerValue, setStateValue, button);
  if (!button.dataset.seen) {
    // Return starts it at once; the ring is for who uses the keyboard.
    button.dataset.quiet = "yes";
    addEventListener("keydown", () => { delete button.dataset.quiet; }, { once: true, capture: true });
    button.focus({ preventScroll: true });
  }
  button.dataset.seen = "yes";
}
