// What is meant by typed words: an index of what can be found (dashboard/search) in, lines of answers out, the best first. Pure: no
// page is needed, and tests/search runs it as it stands.

const MARKS = /\p{M}/gu, OTHER = /[^a-z0-9]+/g;
export const fold = (text) => text.toLowerCase().normalize("NFD").replace(MARKS, "").replace(/œ/g, "oe").replace(/æ/g, "ae")
  .replace(OTHER, " ").trim();

// Said by nearly every question, and of no place or subject.
const STOP = new Set(("a ai ait as au aux avec c ca ce ces cet cette ci comme comment d dans de des donc du elle elles en es est et"
  + " etait etre eu fait fois il ils j je l la le les leur leurs lui m ma mais me meme mes moi mon n chose ne nos notre nous on ont ou par pas"
  + " pour qu quand que quel quelle quelles quels qui quoi s sa sans se ses si son sont sur t te tes toi ton tous tout toute"
  + " toutes tres tu un une va vers voir vos votre vous y combien montre montrer donne donner dis dire veux voudrais svp sait savoir"
  + " avons ete il fut plutot entre chez cela cela-ci faut peut peux puis alors afin ni encore surtout vraiment franchement trop assez"
  + " moment actuellement deja pourcentage longtemps beaucoup gros grosse presque"
  + " contre proche proches non nb nbre").split(" "));
// Words of many lines: they decide between two, and find nothing alone.
const WEAK = new Set(("nombre taux part total chiffre chiffres usagers usager personnes gens visites visite centre centres ccsp gsru"
  + " prestation prestations departement departements jour jours semaine").split(" "));
// « le plus », « dernier »: of no line by themselves, but part of what some are called.
const RANKS = new Set("plus moins pire meilleur meilleure mieux maximum minimum max min record top classement premier premiere dernier"
  .split(" "));
// « la plus courte »: the least is asked for.
const LEAST_WORDS = new Set("courte court courtes bas basse basses faible faibles petit petite rapide rapides vite".split(" "));
// « chez nous », « mes centres »: who answers for some places speaks of these.
const MINE = new Set("mes mon ma moi nos notre nous chez j".split(" "));
const ranks = (word) => RANKS.has(word) || LEAST_WORDS.has(word);
const weight = (word) => ranks(word) ? 0.3 : WEAK.has(word) ? 0.45 : 1;

// How a word sounds, whoever spells it.
const SOUNDS = [[/ph/g, "f"], [/qu/g, "k"], [/c(?=[eiy])/g, "s"], [/ch/g, "x"], [/c/g, "k"], [/y/g, "i"], [/h/g, ""], [/z/g, "s"],
  [/eau|au/g, "o"], [/ai|ei/g, "e"], [/w/g, "ou"], [/(.)\1+/g, "$1"]];
const heard = new Map();
function sound(word) {
  let said = heard.get(word);
  if (said === undefined) {
    said = SOUNDS.reduce((text, [from, to]) => text.replace(from, to), word).replace(/(?<=...)e?s?$/, "");
    if (heard.size > 5000) heard.clear();
    heard.set(word, said);
  }
  return said;
}

// Which letters a word has, a bit each; kept, for most words are compared again at the next key.
const letters = new Map();
function bits(word) {
  let found = letters.get(word);
  if (found === undefined) {
    found = 0;
    for (let i = 0; i < word.length; i++) found |= 1 << (word.charCodeAt(i) & 31);
    if (letters.size > 5000) letters.clear();
    letters.set(word, found);
  }
  return found;
}
function many(set) {
  let count = 0;
  for (; set; set &= set - 1) count++;
  return count;
}

const ROWS = [[], [], []];  // of `distance`: used again, for it is asked thousands of times for a key
// Letters to change, add, drop or swap; more than `most` is Infinity.
export function distance(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return Infinity;
  // A letter that the other has not costs one by itself.
  const has = bits(a), other = bits(b);
  if (many(has & ~other) > most || many(other & ~has) > most) return Infinity;
  let [last, before, row] = ROWS;
  row.length = 0;
  for (let j = 0; j <= b.length; j++) row.push(j);
  for (let i = 1; i <= a.length; i++) {
    [before, last, row] = [last, row, before];
    row.length = 0;
    row.push(i);
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2] + 1);
      row.push(cost);
      if (cost < least) least = cost;
    }
    if (least > most) return Infinity;
  }
  return row[b.length] <= most ? row[b.length] : Infinity;
}

const singular = (text) => text.length > 3 ? text.replace(/(?:es|s|x|e)$/, "") : text;
const LEAST = 0.6;  // under which two words are two
const SURE = 0.9;  // from which it sounds the same
const SAME = 0.97;  // from which one is the other, or its plural
// How alike a typed word and one of the index are, 0 to 1.
function alike(typed, word) {
  if (typed === word) return 1;
  if (typed.length > 2 && typed[0] === word[0] && singular(typed) === singular(word)) return 0.97;
  if (/\d/.test(typed)) return word.startsWith(typed) && typed.length > 1 ? 0.7 : 0;
  if (typed.length > 1 && word.startsWith(typed)) return 0.7 + 0.25 * typed.length / word.length;
  if (typed.length < 4) return 0;
  const a = sound(typed), b = sound(word);
  if (a === b) return 0.9;
  if (a.length > 3 && b.startsWith(a)) return 0.66 + 0.2 * a.length / b.length;
  const most = typed.length < 6 ? 1 : 2;
  let far = distance(typed, word, most);
  if (far === Infinity && a.length > 3) far = distance(a, b, most - 1) + 0.5;
  if (far !== Infinity) return Math.max(0, 0.93 - 0.6 * far / Math.max(4, Math.min(typed.length, word.length)) - (far > 1 ? 0.04 : 0));
  // Not typed to its end, and misspelt.
  if (typed.length > 4 && word.length > typed.length) {
    far = Math.min(distance(typed, word.slice(0, typed.length), 1), distance(typed, word.slice(0, typed.length + 1), 1));
    if (far === 1) return 0.68;
  }
  return 0;
}

const words = (text) => fold(text).split(" ").filter(Boolean);
const meaning = (text) => {
  const all = words(text), kept = all.filter((one) => !STOP.has(one));
  return kept.length ? kept : all;
};

// The index as it is matched: every entry with its phrases in words.
export function prepare(index) {
  const entry = (type, code, label, asked, more) => ({
    type, code, label, ...more,
    // Words, each with how much it weighs.
    phrases: [label, ...asked].map((one) => meaning(one).map((word) => [word, weight(word)])).filter((one) => one.length),
  });
  const split = (text) => text ? text.split(";") : [];
  const entries = [
    ...index.places.map(([code, name, kind, asked, note]) =>
      entry("place", code, name, split(asked), { scale: kind === "department" ? "department" : "site", kind, note })),
    ...index.subjects.map(([code, label, asked, places, cuts, flags], order) =>
      entry("subject", code, label, split(asked), { places, cuts, order, value: flags.includes("v"), service: flags.includes("s"),
        usual: flags.includes("u"), beside: flags.includes("b") })),
    ...index.services.map(([code, label, asked]) => entry("service", code, label, split(asked))),
    ...index.lines.map(([kind, code, label, asked, address, note]) => entry("line", code, label, split(asked), { kind, address, note })),
    ...index.communes.map(([name, department, near, asked]) => entry("commune", name, name, split(asked), { department, near })),
    ...Object.entries(CUTS).map(([code, asked]) => entry("cut", code, code, asked)),
  ];
  const vocabulary = [...new Set(entries.flatMap((one) => one.phrases.flat().map(([word]) => word)))];
  const own = entries.filter((one) => one.type === "place" && index.own.includes(one.code));
  return { ...index, entries, own, vocabulary, seen: new Map() };
}

// « par centre », « par heure »: a figure beside others.
const CUTS = {
  department: ["département", "départements"],
  site: ["centre", "centres", "commune", "communes"],
  service: ["prestation", "prestations", "démarche", "démarches"],
  hour: ["heure", "heures", "horaire"],
  month: ["mois", "évolution", "tendance", "courbe", "historique", "progression", "augmente", "baisse"],
};
const CUT_WORDS = { department: "par département", site: "par centre", service: "par prestation", hour: "par heure d'arrivée",
  month: "mois par mois" };

// Which words of the index a typed word may be.
function candidates(ready, typed) {
  let found = ready.seen.get(typed);
  if (!found) {
    found = new Map();
    const least = ranks(typed) ? 0.97 : LEAST;
    for (const word of ready.vocabulary) {
      const how = alike(typed, word);
      if (how >= least) found.set(word, how);
    }
    // A word that is in the index is that one, and no other that only looks like it.
    if ([...found.values()].some((how) => how >= SAME)) for (const [word, how] of found) if (how < SURE) found.delete(word);
    if (ready.seen.size > 400) ready.seen.clear();
    ready.seen.set(typed, found);
  }
  return found;
}

// How an entry takes typed words: which of them, how well, and how much of the entry they are.
function take(entry, known) {
  let best = null;
  const any = new Map();
  for (const phrase of entry.phrases) {
    const hits = new Map();
    let whole = 0, said = 0;
    for (const [word, heavy] of phrase) {
      whole += heavy;
      let at = -1, most = 0;
      known.forEach((one, n) => {
        const how = one.get(word) ?? 0;
        if (how > most && !(hits.get(n) >= how)) [at, most] = [n, how];
      });
      if (at < 0) continue;
      said += heavy * most;
      hits.set(at, Math.max(hits.get(at) ?? 0, most));
    }
    if (!hits.size) continue;
    const coverage = said / whole;
    let taken = 0;
    for (const [n, how] of hits) {
      taken += how;
      any.set(n, Math.max(any.get(n) ?? 0, how));
    }
    const score = taken * (0.5 + 0.5 * coverage);
    if (!best || score > best.score) best = { entry, hits, coverage, score };
  }
  // What its other phrases take is more of the same question, and less sure.
  if (best) for (const [n, how] of any) if (!best.hits.has(n)) best.hits.set(n, 0.7 * how);
  return best;
}

const USUAL = 5;     // lines of a place that is typed alone
const LINES = 9;     // that are offered
const PLACES = 4;    // side by side
const STRANGE = 0.3; // how much a word weighs that nothing here knows

// The lines that answer what is typed: { lines, unknown, period }. unknown: the typed words that nothing here knows.
export function search(ready, text) {
  const raw = ` ${words(text).join(" ")} `.replace(/ (plus|moins) (?:d|de) (?:un|1) mois /, " $1 de 30 jours ").trim().split(" ").filter(Boolean);
  if (!raw.length) return { lines: [], unknown: [], period: null };
  const { period, rest } = readPeriod(raw, ready.end, ready.today);
  const rank = readRank(rest);
  const typed = rest.filter((one) => !STOP.has(one));
  const known = typed.map((one) => candidates(ready, one));
  const found = ready.entries.map((one) => take(one, known)).filter(Boolean);
  const named = (a, b) => a.entry.scale && b.entry.scale ? a.entry.label.localeCompare(b.entry.label, "fr") : 0;
  const of = (type) => found.filter((one) => one.entry.type === type).sort((a, b) => b.score - a.score || named(a, b));
  // What nothing here knows is told, and takes little away from what the other words find.
  const heavy = typed.map((one, n) => weight(one) * (known[n].size ? 1 : STRANGE)), total = heavy.reduce((a, b) => a + b, 0);
  const asks = raw.some((one) => MEANS.has(one));
  const why = raw.includes("pourquoi"), ofSites = ready.own.every((one) => one.scale === "site");
  const own = ofSites || raw.some((one) => MINE.has(one)) ? ready.own : [];
  const context = { ready, period, rank, typed, heavy, total, known, asks, why, own };
  const lines = compose(context, of);
  const kept = new Map();
  for (const line of lines.sort((a, b) => b.score - a.score)) if (!kept.has(line.key)) kept.set(line.key, line);
  const best = [...kept.values()];
  const limit = best.length ? Math.max(0.34, best[0].score * 0.55) : 1;
  // Of hundreds of lines few are shown: words and address of these alone are put together.
  const shown = best.filter((one) => one.score >= limit).slice(0, LINES)
    .map(({ finish, ...one }) => finish ? { ...one, ...finish() } : one);
  const unknown = typed.filter((_, n) => !known[n].size);
  return { lines: shown, unknown, period };
}

// What may be told of a search that nothing answered: the words of the index in it, and how many others there are. These may be
// names: they stay here.
export function reduced(ready, text) {
  const typed = readPeriod(words(text), ready.end, ready.today).rest.filter((one) => one.length > 1 && !STOP.has(one));
  const same = typed.map((one) => [...candidates(ready, one)].sort(([, a], [, b]) => b - a).find(([, how]) => how >= SAME)?.[0]);
  return { words: [...new Set(same.filter(Boolean))], others: same.filter((one) => !one).length };
}

// What of the typed words some parts take together, 0 to 1, and how much of these parts was typed.
function explained(context, parts) {
  let said = 0;
  context.heavy.forEach((heavy, n) => {
    said += heavy * Math.max(0, ...parts.map((part) => part.hits.get(n) ?? 0));
  });
  const fit = parts.reduce((sum, part) => sum + part.coverage ** 2, 0) / Math.max(1, parts.length);
  return (context.total ? said / context.total : 0) * (0.7 + 0.3 * fit);
}

// Whose phrase was typed whole is worth showing, however much else was said around it.
const WHOLE = 0.36, NOT_KNOWN = 0.75;  // the second: that the data do not hold it is told before what is near it
const whole = (parts, floor = WHOLE) =>
  parts.some((one) => one.coverage >= 0.9 && [...one.hits.values()].some((how) => how >= SAME)) ? floor : 0;

// The places that are typed: one group for each, of those that the same word may mean.
function placeGroups(places) {
  const groups = [], claimed = new Set();
  for (const one of places) {
    const own = [...one.hits].filter(([, how]) => how >= LEAST).map(([n]) => n);
    const free = own.filter((n) => !claimed.has(n));
    if (free.length) {
      groups.push([one]);
      own.forEach((n) => claimed.add(n));
    } else {
      const group = groups.find(([first]) => own.some((n) => first.hits.has(n)));
      if (own.some((n) => one.hits.get(n) > group[0].hits.get(n) - 0.1)) group.push(one);
    }
  }
  return groups.filter(([first]) => first.score > 0.4).slice(0, PLACES);
}

function compose(context, of) {
  const groups = placeGroups(of("place"));
  const cuts = of("cut").filter((one) => Math.max(...one.hits.values()) > 0.88);
  const subjects = of("subject").slice(0, 12), services = of("service").slice(0, 3);
  const lines = [];
  const add = (line) => { if (line) lines.push(line); };
  const alone = groups.length === 1 ? groups[0].slice(0, 4) : groups.map(([first]) => first);
  const mine = groups.length ? [] : context.own.slice(0, PLACES).map((entry) => ({ entry, hits: new Map(), coverage: 1 }));
  const withPlaces = [null, ...mine, ...alone];
  for (const place of withPlaces) {
    for (const service of [null, ...services]) {
      for (const subject of subjects) for (const cut of [null, ...cuts.slice(0, 2)]) add(figure(context, place, subject, cut, service));
      if (service) add(figure(context, place, null, null, service));
      for (const cut of service ? cuts.slice(0, 2) : []) add(figure(context, place, null, cut, service));
    }
    if (place?.hits.size) lines.push(...ofPlace(context, place));
  }
  if (!groups.length) lines.push(...ofSubject(context, subjects));
  if (groups.length > 1) lines.push(...sideBySide(context, groups.map(([first]) => first), subjects));
  for (const one of of("line")) add(fixed(context, one));
  for (const one of of("commune")) add(elsewhere(context, one));
  return lines;
}

const USED = "visits";  // what is meant by a service alone: how many ask for it

function figure(context, place, subject, cut, service) {
  const entry = subject?.entry ?? context.ready.entries.find((one) => one.type === "subject" && one.code === USED);
  if (!entry || (service && !entry.service)) return null;
  const scale = place?.entry.scale ?? "nation";
  const ours = place && !place.hits.size;
  const rank = context.rank && (!place || ours) && !cut && !service ? { entry: { code: "site" }, hits: new Map(), coverage: 1 } : null;
  const by = cut ?? (rank && entry.cuts[`${scale}/site`] ? rank : null);
  const target = by ? entry.cuts[`${scale}/${by.entry.code}`] : entry.places[scale];
  if (!target) return null;
  const parts = [place, subject, cut, service].filter(Boolean);
  let score = Math.max(explained(context, parts), whole(parts.filter((one) => one === subject || one === service)))
    - 0.004 * entry.order + (entry.usual ? 0.01 : 0) + (ours ? 0.05 : 0);
  if (service && !subject) score += 0.03;
  if (by && context.rank) score += 0.05;
  return line(context, { entries: place ? [place.entry] : [], subject: entry, cut: by?.entry.code ?? "", service: service?.entry, target, score });
}

function ofPlace(context, place) {
  const lines = [], score = explained(context, [place]), entry = place.entry;
  const home = entry.scale === "department" ? "departement" : "site";
  lines.push(line(context, { entries: [entry], target: [home, ""], score: score + 0.04 }));
  const usual = context.ready.entries.filter((one) => one.type === "subject" && one.usual && one.places[entry.scale]);
  usual.slice(0, USUAL).forEach((subject, n) => lines.push(line(context, {
    entries: [entry], subject, target: subject.places[entry.scale], score: score - 0.12 - 0.01 * n })));
  return lines;
}

// A subject alone is also offered by what it is cut by.
function ofSubject(context, subjects) {
  const lines = [];
  for (const subject of subjects.slice(0, 2)) {
    ["site", "department", "service", "hour", "month"].forEach((cut, n) => {
      const target = subject.entry.cuts[`nation/${cut}`];
      if (target) lines.push(line(context, { entries: [], subject: subject.entry, cut, target,
        score: explained(context, [subject]) - 0.14 - 0.01 * n }));
    });
  }
  return lines;
}

function sideBySide(context, places, subjects) {
  const entries = places.map((one) => one.entry), lines = [];
  const score = explained(context, places);
  for (const one of places) lines.push(line(context, { entries: [one.entry],
    target: [one.entry.scale === "department" ? "departement" : "site", ""], score: score - 0.1 }));
  if (context.ready.beside && new Set(entries.map((one) => one.scale)).size === 1) {
    lines.push(line(context, { entries, target: [context.ready.beside, ""], score: score + 0.08 }));
    // Of what that page does not tell, two periods or closures, it is not promised.
    for (const subject of subjects.filter((one) => one.entry.beside).slice(0, 3)) lines.push(line(context, { entries, subject: subject.entry,
      target: [context.ready.beside, ""], score: explained(context, [...places, subject]) + 0.06 }));
  }
  return lines;
}

// What a word means is asked for by these; without them its figure comes first.
const MEANS = new Set("definition definir signifie quoi calcul calcule formule sens dire".split(" "));
const KINDS = { unknown: 0, def: -0.16, page: -0.03, guide: -0.03, story: -0.03 };
const ASKED = { def: 0.08, unknown: 0.15 };

function fixed(context, one) {
  const { kind, code, label, note } = one.entry;
  const asked = kind === "def" ? context.asks : kind === "unknown" && context.why && one.hits.has(context.typed.indexOf("pourquoi"));
  const score = Math.max(explained(context, [one]), kind === "def" ? 0 : whole([one], kind === "unknown" ? NOT_KNOWN : WHOLE)) + (asked ? ASKED[kind] : KINDS[kind]);
  // « depuis deux semaines »: what is new begins there.
  const since = code === "nouveau" && /^20\d\d-\d\d-\d\d_/.test(context.period?.code ?? "") ? `?depuis=${context.period.code.slice(0, 10)}` : "";
  return { key: `${kind}:${code}`, group: kind, label, note, address: one.entry.address + since, value: false, score };
}

function elsewhere(context, one) {
  const { label, department, near } = one.entry;
  return { key: `commune:${label}`, group: "commune", label: `${label} (${department})`, value: false,
    note: `Pas de centre dans cette commune ; dans son département : ${near}.`,
    address: address(context, ["departement", ""], { departement: department }), score: explained(context, [one]) };
}

function line(context, { entries, subject, cut = "", service, target, score }) {
  const rank = context.rank && cut ? context.rank : "";
  const codes = entries.length > 1 ? entries.map((one) => one.code).sort().join("+") : entries[0]?.code ?? "";
  const key = `${codes}~${subject?.code ?? ""}~${cut}${rank}~${service?.code ?? ""}~${context.period?.code ?? ""}`;
  return { key, score, finish: () => said(context, { entries, subject, cut, service, target }) };
}

// What is shown of a line, and where it leads.
function said(context, { entries, subject, cut, service, target }) {
  const place = entries[0];
  const [page, most, part] = target;
  const filters = context.rank === "-" ? most.replace("tri=-", "tri=") : most;  // the least first
  const card = subject?.value && !cut ? `aide-${subject.code}` : "";  // the card of a figure, where the page has it
  const names = entries.map((one) => one.label);
  const what = [service?.label, service && subject?.code === USED ? "" : subject?.label.toLowerCase(), CUT_WORDS[cut] ?? ""];
  const about = names.length > 1 ? `${names.slice(0, -1).join(", ")} et ${names.at(-1)}` : names[0] ?? "";
  const words = what.filter(Boolean).join(", ").replace(/, (?=par |mois par)/, " ");
  const label = about && words ? `${about} · ${words}` : about ? (entries.length > 1 ? `${about}, côte à côte` : about) : words;
  const place_ = place && entries.length === 1 ? { [place.scale === "department" ? "departement" : "centre"]: place.code } : {};
  const several = entries.length > 1 ? beside(entries) : {};
  return { group: place ? (entries.length > 1 ? "beside" : subject ? "pair" : place.scale) : "everywhere",
    label: label[0]?.toUpperCase() + label.slice(1), note: subject || entries.length > 1 ? "" : place?.note ?? "",
    address: address(context, [page, filters], { ...place_, ...several, prestation: service?.code ?? "" }, part ?? card),
    value: entries.length < 2 && (!subject || subject.value) };
}

// The parameters of the page that sets places side by side.
function beside(entries) {
  const name = entries[0].scale === "department" ? "departement" : "centre";
  return { [name]: entries[0].code, avec: entries.slice(1).map((one) => one.code).join(",") };
}

function address(context, [page, filters], more, part = "") {
  const acting = context.ready.pages[page] ?? "";
  const wanted = new URLSearchParams(filters);
  // That page shows a month, whatever the period of others is.
  const [, month] = /^(20\d\d-\d\d)(?:-|$)/.exec(context.period?.code ?? "") ?? [];
  if (page === "completude" && month) wanted.set("mois", month);
  if (acting.includes("periode")) wanted.set("periode", context.period?.code ?? context.ready.period);
  for (const [name, value] of Object.entries(more)) if (value && (acting.includes(name) || page === context.ready.beside)) wanted.set(name, value);
  return `/${page === context.ready.home ? "" : page}${wanted.size ? `?${wanted}` : ""}${part ? `#${part}` : ""}`;
}

// ---- when ----
const MONTHS = "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split(" ");
const NUMBERS = { un: 1, une: 1, deux: 2, trois: 3, quatre: 4, cinq: 5, six: 6, sept: 7, huit: 8, neuf: 9, dix: 10, douze: 12, quinze: 15 };
const two = (number) => String(number).padStart(2, "0");

function monthOf(word) {
  const exact = MONTHS.indexOf(word);
  if (exact >= 0 || word.length < 4) return exact;
  const short = MONTHS.findIndex((one) => one.length > 4 && one.startsWith(word));
  return short >= 0 ? short : MONTHS.findIndex((one) => one.length > 4 && word.length > 4 && distance(one, word, 1) === 1);
}

// The period that words say, as an address has it (dashboard/period.py), and the words that are left. end: the last known day;
// today: by whose calendar this month and the last one are.
export function readPeriod(raw, end, today = end) {
  const [year, month] = end.split("-").map(Number);
  const [thisYear, thisMonth] = today.split("-").map(Number);
  const back = (count) => { const n = year * 12 + month - 1 - count; return `${Math.floor(n / 12)}-${two(n % 12 + 1)}`; };
  const last = (of) => of <= month - 1 ? year : year - 1;  // the year of the latest such month
  const text = ` ${raw.join(" ")} `;
  const take_ = (pattern, make) => {
    const match = text.match(pattern);
    const code = match && make(match);
    if (!code) return null;
    return { period: { code: code[0], words: code[1] }, rest: text.replace(match[0], " ").split(" ").filter(Boolean) };
  };
  const named = (word, given) => { const of = monthOf(word); return of < 0 ? null : [of, Number(given) || last(of)]; };
  const ago = (days) => new Date(Date.parse(today) - days * 86_400_000).toISOString().slice(0, 10);
  const weekday = (new Date(today).getUTCDay() + 6) % 7;  // of today, from Monday
  const dayed = (day) => `${Number(day.slice(8))} ${MONTHS_SAID[Number(day.slice(5, 7)) - 1]}`;
  const since = (days) => [`${ago(days)}_${today}`, `depuis le ${dayed(ago(days))}`];
  return take_(/ (?:cette semaine|semaine en cours) /, () => since(weekday))
    ?? take_(/ (?:la )?semaine (?:derniere|passee?|precedente) /, () => [`${ago(weekday + 7)}_${ago(weekday + 1)}`,
      `du ${dayed(ago(weekday + 7))} au ${dayed(ago(weekday + 1))}`])
    ?? take_(/ (?:depuis |ces |les |sur )?(?:les )?(\w+) (?:derniers |dernieres )?(jours|semaines) /, ([, count, unit]) => {
      const many = (Number(count) || NUMBERS[count] || 0) * (unit === "jours" ? 1 : 7);
      return many > 1 && many < 100 && !/ (?:plus|moins) (?:de|d) \w+ (?:jours|semaines) /.test(text)
        && (unit === "semaines" || /depuis|derniers|ces /.test(text)) ? since(many) : null;
    })
    ?? take_(/ (?:ce |le |du )?trimestre (?:dernier|passe|precedent) /, () => {
      const n = Math.floor((thisMonth - 1) / 3) || 4;
      const of = n === 4 ? thisYear - 1 : thisYear;
      return [`${of}-T${n}`, `au ${n}${n === 1 ? "er" : "e"} trimestre ${of}`];
    })
    ?? take_(/ (?:cette annee|annee en cours|depuis (?:le )?debut (?:de )?(?:l )?annee) /, () => ["annee", `depuis janvier ${thisYear}`])
    ?? take_(/ (?:l )?(?:annee (?:derniere|passee|precedente)|an dernier|an passe) /, () => ["annee-1", `en ${thisYear - 1}`])
    ?? take_(/ (?:ce mois(?: ci)?|mois en cours) /, () => ["mois", `en ${MONTHS_SAID[thisMonth - 1]}`])
    ?? take_(/ (?:le |au |du )?mois (?:dernier|passe|precedent) /, () => ["mois-1", "le mois dernier"])
    ?? take_(/(?<! (?:plus|moins) d| (?:plus|moins) de) (?:les |sur (?:les )?|des |depuis )?(\w+) (?:derniers )?mois /, ([, count]) => {
      const many = Number(count) || NUMBERS[count];
      if (!many || many > 60) return null;
      if (many === 12) return ["12m", "sur 12 mois"];
      if (many === 3) return ["3m", "sur 3 mois"];
      return [`${back(many)}-01_${end}`, `depuis ${MONTHS_SAID[Number(back(many).slice(5)) - 1]}`];
    })
    ?? take_(/ (?:le )?(1er|premier|2e|deuxieme|second|3e|troisieme|4e|quatrieme|t[1-4]) ?(?:trimestre)? ?(20\d\d)? /, ([all, which, given]) => {
      if (!all.includes("trimestre") && !/^t\d/.test(which)) return null;
      const n = { p: 1, d: 2, s: 2 }[which[0]] ?? (which.startsWith("tr") ? 3 : which.startsWith("q") ? 4 : Number(which.match(/\d/)[0]));
      const of = Number(given) || (n * 3 - 2 <= month ? year : year - 1);
      return [`${of}-T${n}`, `au ${n}${n === 1 ? "er" : "e"} trimestre ${of}`];
    })
    ?? take_(/ (?:depuis|a partir de|des) (?:le )?(?:mois de |mois d )?(\w+)(?: (20\d\d))? /, ([, word, given]) => {
      const of = named(word, given);
      if (of) return [`${of[1]}-${two(of[0] + 1)}-01_${end}`, `depuis ${MONTHS_SAID[of[0]]} ${of[1]}`];
      return /^20\d\d$/.test(word) ? [`${word}-01-01_${end}`, `depuis ${word}`] : null;
    })
    ?? take_(/ (?:de |entre )(\w+) (?:a|et) (\w+)(?: (20\d\d))? /, ([, from, to, given]) => {
      const until = named(to, given), since = until && named(from, until[1]);
      if (!until || !since) return null;
      const first = since[0] > until[0] ? until[1] - 1 : until[1];
      const days = until[0] === 1 ? (until[1] % 4 ? 28 : 29) : [3, 5, 8, 10].includes(until[0]) ? 30 : 31;
      return [`${first}-${two(since[0] + 1)}-01_${until[1]}-${two(until[0] + 1)}-${days}`,
        `de ${MONTHS_SAID[since[0]]} à ${MONTHS_SAID[until[0]]} ${until[1]}`];
    })
    ?? readMonth(raw, named)
    ?? take_(/ (?:ce |le |du |au )?trimestre /, () => {
      const n = Math.floor((month + 2) / 3);
      return [`${year}-T${n}`, `au ${n}${n === 1 ? "er" : "e"} trimestre ${year}`];
    })
    ?? take_(/ (?:en |annee )?(20\d\d) /, ([, given]) => [given, `en ${given}`])
    ?? { period: null, rest: raw };
}

const MONTHS_SAID = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
  "décembre"];

function readMonth(raw, named) {
  for (let n = 0; n < raw.length; n++) {
    const given = /^20\d\d$/.test(raw[n + 1] ?? "") ? raw[n + 1] : "";
    const of = named(raw[n], given);
    if (!of) continue;
    const rest = raw.filter((_, at) => at !== n && !(given && at === n + 1));
    return { period: { code: `${of[1]}-${two(of[0] + 1)}`, words: `en ${MONTHS_SAID[of[0]]} ${of[1]}` }, rest };
  }
  return null;
}

// ---- the most, the least ----

// "+" where the most is asked for, "-" the least, "" neither.
function readRank(raw) {
  if (raw.some((one) => ["moins", "min", "minimum", "vide", "vides"].includes(one))) return "-";
  if (!raw.some((one) => RANKS.has(one))) return "";
  return raw.some((one) => LEAST_WORDS.has(one)) ? "-" : "+";
}

// What is offered before anything is typed: questions that show what may be asked.
export const starters = (ready) => ready.starters.flatMap((text) => search(ready, text).lines.slice(0, 1));
