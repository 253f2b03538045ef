// The page's shell, run before Streamlit's own scripts, for what Streamlit has no setting for: its fonts, what stands on the page until
// it has something to show, the sentence that stands there when the server is away, and its own words in French. Of what people say
// it reads and writes text only.
(() => {
  "use strict";
  // Streamlit's fonts of which there are smaller ones by the same name (dashboard/web/page_fonts.py): it would fetch all its icons
  // at the start, and an italic of its own for two words on the map.
  const fonts = (sheet) => [...sheet.cssRules].filter((rule) => rule instanceof CSSFontFaceRule);
  const family = (rule) => rule.style.getPropertyValue("font-family").replace(/"/g, "");
  const ours = document.querySelector("#ccsp-fonts")?.sheet;
  const given = new Set(ours ? fonts(ours).map(family) : []);
  for (const sheet of document.styleSheets) {
    if (sheet === ours) continue;
    for (const rule of fonts(sheet)) if (given.has(family(rule))) sheet.deleteRule([...sheet.cssRules].indexOf(rule));
  }

  // What the page says until its first part is there (dashboard/web/templates/loading.html).
  let loading = document.querySelector("#ccsp-loading");
  function show() {
    if (!loading || !document.querySelector("[data-testid=stElementContainer]")) return;
    loading.remove();
    loading = null;
  }

  // Where the server is: at a page's own address Streamlit would try below it first, twice in vain.
  window.__streamlit = { BACKEND_BASE_URL: `${location.origin}/` };

  const EVERY = 1000, WITHIN = 1700;  // milliseconds: what is away is said within three seconds
  const LOADING = 30000;              // on a slow line, an answer may stand behind the page's own files for so long
  const PATIENCE = 15000;             // the server is back and Streamlit has not found it
  const KEPT = 100000;                // the server forgets a page that was away longer (disconnectedSessionTTL: 120 s)
  // How the server closes a page when its account has too many (dashboard/web/open_pages.py), and one that says too much at once
  // (dashboard/web/message_limits.py): it would say the same again.
  const PAUSES = { 4008: "crowded", 1009: "overfull" };
  const AWAY = "Le serveur ne répond pas. La page se rétablira d'elle-même ; vos filtres sont gardés.";

  // By which the page shows that its browser has a later sign-in: nobody else knows it (dashboard/web/open_pages.py).
  const NAME = Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");

  let link = null;        // the page's connection to the server
  let lost = false;       // whether one was, and nothing has been heard since
  let back = 0;           // since when the server is there again without one
  let seen = Date.now();  // when there last was one
  let life = "";          // which of its lives the server is in
  let forgotten = false;  // the server knows nothing of this page any more
  let asking = false;
  let sentence = null;
  let leaving = -Infinity;  // since when the form to sign out is under way
  let opened = "";        // for which account, with which rights, this page was opened
  let cover = null;
  let paused = "";        // why it comes back when somebody asks for it, and not by itself

  // Streamlit makes one connection; it is only listened to, for it ends at once when the server does.
  window.WebSocket = class extends WebSocket {
    constructor(to, ...more) {
      if (paused) return Object.assign(new EventTarget(), { readyState: 0, send() {}, close() {} });
      super(`${to}?page=${NAME}`, ...more);
      this.addEventListener("open", () => {
        forgotten ||= lost && Date.now() - seen > KEPT;
        link = this;
        look();
      });
      this.addEventListener("close", (event) => {
        paused ||= PAUSES[event.code] ?? "";
        if (link === this) { link = null; lost = true; look(); }
      });
    }
  };

  async function look() {
    if (asking || !(link || lost)) return;
    asking = true;
    let there = false;
    try {
      const answer = await fetch("/livez", { cache: "no-store", headers: { "ccsp-page": NAME }, signal: AbortSignal.timeout(WITHIN) });
      const said = await answer.text();
      there = answer.ok;
      if (there) {
        heed(answer.headers.get("ccsp-session"));
        forgotten ||= lost && life !== said;
        life = said;
        if (link) lost = false;
      }
    } catch (reason) {
      there = Boolean(link) && reason.name === "TimeoutError" && performance.now() < LOADING;
    }
    asking = false;
    if (paused) {
      say(!there);
      return;
    }
    back = there && !link ? back || Date.now() : 0;
    // Streamlit would go on with a page that its server has never seen, and lose the next thing chosen there. Slides
    // need no server, and would be lost.
    const anew = forgotten || (back && Date.now() - back > PATIENCE);
    if (!there) say(true);
    else if (anew && !document.querySelector("#ccsp-presentation")) reload();
    else if (link) say(false);
  }

  // How it stands with the sign-in, as the gate says (dashboard/web/authentication.py). A page whose sign-in is at an end goes, a
  // presentation too; one whose sign-in lapsed is covered, and goes on once the same account signed in in another window.
  function heed(told) {
    if (!told) return;
    const [state, account] = told.split(" ");
    if (state === "ended" || (account && opened && account !== opened)) reload();
    if (account) opened = account;
    const slides = document.querySelector("#ccsp-presentation");  // they need no server
    hide(slides ? "" : state === "lapsed" ? state : paused);
  }

  // Who signs out is answered by the form, which says so and leads out of the ministry's provider too: a page that went by
  // itself meanwhile, since its sign-in is at an end, would leave that answer unread.
  function reload() {
    if (Date.now() - leaving > PATIENCE) location.reload();
  }
  addEventListener("submit", (event) => { if (event.target.getAttribute("action") === "/deconnexion") leaving = Date.now(); });

  // What may lie over a page: its name, what it says, its button, and where that leads.
  const COVERS = {
    lapsed: ["Session expirée",
      "Votre session a expiré. Reconnectez-vous dans une autre fenêtre : cette page reprendra où elle en est.",
      "Se connecter", { href: "/connexion", target: "_blank" }],
    crowded: ["Page en pause",
      "Cette page est en pause : trop d'autres sont ouvertes sous ce compte. En fermer, puis reprendre ici ; vos filtres sont gardés.",
      "Reprendre ici", { href: "" }],
    overfull: ["Page en pause",
      "Cette page est en pause : ce qui y est écrit est plus que le serveur ne lit en une fois. Ce qui était gardé l'est toujours, vos"
      + " filtres aussi. La reprendre, puis écrire moins à la fois.",
      "Reprendre ici", { href: "" }],
  };

  function hide(why) {
    if (why === (cover?.dataset.why ?? "")) return;
    const page = document.querySelector("#root");
    if (page) page.inert = Boolean(why);
    cover?.remove();
    cover = null;
    if (!why) return;
    const [name, told, button, leads] = COVERS[why];
    cover = document.createElement("div");
    cover.id = "ccsp-cover";
    cover.dataset.why = why;
    cover.setAttribute("role", "alertdialog");
    cover.setAttribute("aria-label", name);
    const words = document.createElement("p");
    words.textContent = told;
    const link = Object.assign(document.createElement("a"), leads, { textContent: button });
    cover.append(words, link);
    document.body.append(cover);
    link.focus();
  }

  // Streamlit's own box says it in English, names a command that is not ours, and holds the page behind it.
  function closeBox() {
    const box = document.querySelector("[data-testid=stDialog]");
    if (box && /Connection error|Connexion perdue/.test(box.textContent)) box.querySelector("button")?.click();
  }

  function say(away) {
    if (!document.body || (!sentence && !away)) return;
    if (!sentence) {
      sentence = document.createElement("div");
      sentence.id = "ccsp-away";
      sentence.setAttribute("role", "alert");
      document.body.append(sentence);
    }
    if (away !== Boolean(sentence.textContent)) sentence.textContent = away ? AWAY : "";
    document.documentElement.toggleAttribute("data-away", away);
    closeBox();
  }

  // Nobody looks at a page behind others: it asks when it is looked at again.
  const beat = () => {
    if (link) seen = Date.now();
    if (document.visibilityState === "visible") look();
  };
  setInterval(beat, EVERY);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") look(); });

  // Streamlit's words, whole, as they stand in its scripts: a test looks for each of them there at every upgrade.
  const WORDS = {
    "App pages": "Pages",
    "Choose an option": "Choisir",
    "Choose date": "Choisir un jour",
    "Choose date range": "Choisir une période",
    "Clear all": "Tout effacer",
    "Clear value": "Effacer",
    "Close": "Fermer",
    "Close fullscreen": "Quitter le plein écran",
    "Collapse sidebar": "Fermer le menu",
    "Connecting": "Connexion",
    "Connecting to Streamlit server": "Connexion au serveur",
    "Connection closed": "La connexion a été perdue : redemandez ce fichier.",
    "Connection error": "Connexion perdue",
    "Copied": "Copié",
    "Copied!": "Copié",
    "Copy Vega-Lite spec": "Copier la description Vega-Lite",
    "Copy to clipboard": "Copier",
    "Date range": "Période",
    "Decrement": "Diminuer",
    "Dismiss": "Fermer",
    "Download as PNG": "Télécharger en PNG",
    "Empty": "vide",
    "Error": "Erreur",
    "Expand sidebar": "Ouvrir le menu",
    "Failed to generate file for download": "Ce fichier n'a pas pu être fait. Rechargez la page, puis réessayez.",
    "Fullscreen": "Plein écran",
    "Increment": "Augmenter",
    "Next month": "Mois suivant",
    "No results": "Aucun résultat",
    "Open": "Ouvrir",
    "Previous month": "Mois précédent",
    "Quick select a date range": "Choisir une période usuelle",
    "Request timed out": "Ce fichier prend trop de temps. Réessayez plus tard.",
    "Running...": "Calcul en cours",
    "Selected values": "Valeurs choisies",
    "Select all": "Tout choisir",
    "Select...": "Choisir",
    "Show data": "Voir les données",
    "Sidebar": "Menu",
    "Skip to main content": "Aller au contenu",
    "Stop": "Arrêter",
    "Type to search": "Écrire pour chercher",
    "Unable to connect to Streamlit server": "Connexion impossible au serveur",
    "Vega visualization": "Graphique",
    "visualization": "graphique",
  };
  const COMPONENTS = { "streamlit_folium.st_folium": "Carte du Bénin et de ses centres" };
  // Its words around ours: what is found, and what stands in its place.
  const MONTHS = { January: "janvier", February: "février", March: "mars", April: "avril", May: "mai", June: "juin",
    July: "juillet", August: "août", September: "septembre", October: "octobre", November: "novembre", December: "décembre" };
  const MONTH = `(${Object.keys(MONTHS).join("|")})`;
  const PARTS = { day: "jour", month: "mois", year: "année" };
  const AROUND = [
    [/^Remove (.+)$/, (_, what) => `Retirer ${what}`],
    [/^Help for (.+)$/, (_, what) => `Aide : ${what}`],
    [/^(Close fullscreen|Copy Vega-Lite spec|Download as PNG|Fullscreen|Show data): (.+)$/, (_, tool, what) => `${WORDS[tool]} : ${what}`],
    [/^(\d+) options? available\.$/, (_, n) => `${n} choix.`],
    [/^(\d+) more$/, (_, n) => `${n} autres`],
    [/^Add: (.+)$/, (_, typed) => `Chercher « ${typed} »`],
    [/^Choose date range, /, () => "Choisir une période, "],
    [/^Choose date, /, () => "Choisir un jour, "],
    [/^(day|month|year), /, (_, part) => `${PARTS[part]}, `],
    [/^(.+) (start|end) date$/, (_, what, end) => `${what} ${end === "start" ? "premier" : "dernier"} jour`],
    [new RegExp(`^(\\d+) – ${MONTH}$`), (_, n, month) => `${n} – ${MONTHS[month]}`],
    [new RegExp(`^Selected Date: ${MONTH} 0?(\\d+), (\\d+)$`), (_, month, day, year) => `Jour choisi : ${day} ${MONTHS[month]} ${year}`],
  ];
  const OUTSIDE = { "on or before": "au plus tard", "on or after": "au plus tôt", "between": "entre" };
  AROUND.push([/^(Error)?: Date set outside allowed range\. Please select a date (on or before|on or after|between) (.+?)(?: and (.+))?\.$/,
    (_, error, side, one, other) => `${error ? "Erreur" : ""} : le jour doit être ${OUTSIDE[side]} ${other ? "" : "le "}${one}${other ? ` et ${other}` : ""}.`]);
  const SPOKEN = ["title", "aria-label", "placeholder", "aria-valuetext", "aria-roledescription"];
  // Said in a sentence beside it, and in a table or a card; Vega would say it shape by shape, in English.
  const SHOWN = "[data-testid=stMetricChart], [data-testid=stVegaLiteChart] svg";
  const DRAWN = "svg, canvas, iframe";  // what charts and maps hold speaks French already

  function french(words) {
    if (!words) return words;
    return WORDS[words] ?? COMPONENTS[words] ?? AROUND.reduce((said, [pattern, put]) => said.replace(pattern, put), words);
  }

  function put(element) {
    for (const name of SPOKEN) {
      const given = element.getAttribute(name), words = french(given);
      if (words !== given) element.setAttribute(name, words);
    }
    if (element.matches(SHOWN)) element.setAttribute("aria-hidden", "true");
  }

  function write(text) {
    const words = french(text.data);
    if (words !== text.data) text.data = words;
  }

  function translate(node) {
    if (node.nodeType === Node.TEXT_NODE) { write(node); return; }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    put(node);
    if (node.matches(DRAWN)) return;
    for (const child of node.childNodes) translate(child);
  }

  new MutationObserver((changes) => {
    show();
    for (const change of changes) {
      if (change.type === "attributes") put(change.target);
      else if (change.type === "characterData") write(change.target);
      else change.addedNodes.forEach(translate);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: SPOKEN });
})();
