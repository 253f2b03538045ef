/* The names of the sites: beside their marks where there is room, else further away at the end of a line.
 *
 * Each name in turn takes the first of its places that covers no mark, no other name and no line. Where one finds none, or only
 * at the end of a line, all are placed again with that one first: the furthest before the others. Of more marks than can be read
 * the first of the server's order have names, one after the other in that order, those without room none: zooming in makes some.
 * The files do the same: dashboard/exports/map_labels.py.
 *
 * What a place has to do with the marks is found once, by a grid; the same marks in a pane as large have the places they had.
 */
ccsp.names = (() => {
  "use strict";
  const { box, svg } = ccsp.shapes;
  const NEAR = 3, CLEAR = 4;              // px: from a mark to its name; from a name to another mark
  const RINGS = [8, 14, 22, 32, 44, 58, 74, 92], TURNS = 24, ROUNDS = 8;
  const FAR = [116, 144, 176];            // further rings, for those of a crowd that must have a name
  const LINE = 14;                        // px: height of a line of type
  const CELL = 32;                        // px: side of a cell of the grid
  const KEPT = 24;                        // arrangements that are kept
  const kept = new Map();
  let pen;

  const meet = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];

  // Whether a line from (x, y) to (u, v) goes through a box.
  function crosses([x, y, u, v], [left, top, right, bottom]) {
    let from = 0, to = 1;
    for (const [start, step, low, high] of [[x, u - x, left, right], [y, v - y, top, bottom]]) {
      if (!step) { if (start <= low || start >= high) return false; continue; }
      const [a, b] = [(low - start) / step, (high - start) / step].sort((p, q) => p - q);
      from = Math.max(from, a); to = Math.min(to, b);
    }
    return from < to;
  }

  // The places of a name of w × h at a mark or so many px from it, the best first: its box, and the line that leads to it.
  function* places({ x, y, reach, rings, w, h }) {
    const beside = (left, top) => ({ box: [left, top, left + w, top + h], line: null });
    yield beside(x + reach.right + NEAR, y - h / 2);
    yield beside(x - reach.left - NEAR - w, y - h / 2);
    for (const top of [y - reach.top - h, y + reach.bottom]) {
      for (const share of [0.5, 0.3, 0.7, 0.1, 0.9]) yield beside(x - w * share, top);
    }
    for (const top of [y + reach.bottom, y - reach.top - h]) yield* [beside(x + reach.right, top), beside(x - reach.left - w, top)];
    const far = Math.max(reach.left, reach.right, reach.top, reach.bottom);
    for (const ring of rings) {
      for (let turn = 0; turn < TURNS; turn++) {
        const a = (2 * Math.PI * turn) / TURNS, dx = Math.cos(a), dy = Math.sin(a), out = far + ring;
        const left = x + dx * (out + w / 2) - w / 2, top = y + dy * (out + h / 2) - h / 2;
        const end = [Math.min(Math.max(x, left), left + w), Math.min(Math.max(y, top), top + h)];
        yield { box: [left, top, left + w, top + h], line: [x + dx * reach.left, y + dy * reach.left, ...end] };
      }
    }
  }

  // Of boxes in a plane, those that may meet another one.
  function grid(boxes) {
    const cells = new Map();
    function* over([left, top, right, bottom]) {
      for (let i = Math.floor(left / CELL); i <= Math.floor(right / CELL); i++) {
        for (let j = Math.floor(top / CELL); j <= Math.floor(bottom / CELL); j++) yield i * 4096 + j;
      }
    }
    for (const one of boxes) {
      for (const cell of over(one)) if (cells.has(cell)) cells.get(cell).push(one); else cells.set(cell, [one]);
    }
    return (near, test) => {
      for (const cell of over(near)) if ((cells.get(cell) || []).some(test)) return true;
      return false;
    };
  }

  // A sequence that may be gone through again and again, each of its members made once, and only if it is come to.
  function lazily(source) {
    const made = [];
    return function* () {
      for (let i = 0; ; i++) {
        if (i === made.length) {
          const next = source.next();
          if (next.done) return;
          made.push(next.value);
        }
        yield made[i];
      }
    };
  }

  // The places of a mark's name that cover no mark and nothing that is never free. close: whether it stands close to another's
  // mark; under: whether its line passes under one.
  function* fitting(one, meets, free, [width, height]) {
    for (const spot of places(one)) {
      const b = spot.box, { line } = spot, another = (other) => other !== one.box;
      if (b[0] < 2 || b[1] < 0 || b[2] > width - 2 || b[3] > height) continue;   // a line of type is lower than its box
      if (free.some((other) => meet(b, other) || (line && crosses(line, other)))) continue;
      if (meets(b, (other) => meet(b, other))) continue;
      const wide = [b[0] - CLEAR, b[1] - CLEAR, b[2] + CLEAR, b[3] + CLEAR];
      spot.close = meets(wide, (other) => another(other) && meet(wide, other));
      spot.under = Boolean(line) && meets([Math.min(line[0], line[2]), Math.min(line[1], line[3]), Math.max(line[0], line[2]), Math.max(line[1], line[3])],
        (other) => another(other) && crosses(line, other));
      yield spot;
    }
  }

  // The first of a name's places that meets no name and no line that is there, and does what is asked.
  function place(one, taken, lines, suits) {
    for (const spot of one.spots()) {
      const { box: b, line } = spot;
      if (suits(spot) && !taken.some((other) => meet(b, other) || (line && crosses(line, other))) && !lines.some((other) => crosses(other, b))) return spot;
    }
    return null;
  }

  // How far a name stands from its mark; of one without a place, further than all together.
  const distance = (spot) => (!spot ? 1e5 : spot.line ? Math.hypot(spot.line[2] - spot.line[0], spot.line[3] - spot.line[1]) : 0);

  // A line under a mark, then a name close to one, is better than no name, unless there is a choice of names.
  const CLEAN = (spot) => !spot.close && !spot.under, APART = (spot) => !spot.close, ANY = () => true;

  // One round: each in turn, where there is room.
  function round(order, choice) {
    const taken = [], lines = [], found = new Map();
    for (const one of order) {
      const suiting = choice && !one.must ? [CLEAN] : [CLEAN, APART, ANY];
      const spot = suiting.reduce((before, suits) => before || place(one, taken, lines, suits), null);
      found.set(one, spot);
      if (!spot) continue;
      taken.push(spot.box);
      if (spot.line) lines.push(spot.line);
    }
    return found;
  }

  // all: {box, x, y, reach} of every mark; named: those of them that want a name of w × h. choice: whether others want none.
  // Gives a place or null for each.
  function arrange(all, named, free, size, choice) {
    const meets = grid(all.map((one) => one.box));
    for (const one of named) {
      one.rings = choice && one.must ? [...RINGS, ...FAR] : RINGS;
      one.spots = lazily(fitting(one, meets, free, size));
    }
    if (choice) return round(named, true);
    let order = [...named], best = null;
    for (let turn = 0; turn < ROUNDS; turn++) {
      const found = round(order, false);
      const away = (one) => distance(found.get(one)), poor = order.filter(away).sort((a, b) => away(b) - away(a));
      const total = order.reduce((sum, one) => sum + away(one), 0);
      if (!best || total < best.total) best = { found, total };
      if (!poor.length) break;
      order = [...poor, ...order.filter((one) => !poor.includes(one))];
    }
    return best.found;
  }

  // Their places in the order of those named; the same marks in a pane as large are not placed again.
  function arranged(all, named, free, size, choice) {
    const key = JSON.stringify([size, free, choice, all.map((one) => one.box), named.map((one) => [one.area ? [one.x, one.y] : all.indexOf(one), one.w, one.h, one.must])]);
    if (!kept.has(key)) {
      const found = arrange(all, named, free, size, choice);
      if (kept.size === KEPT) kept.delete(kept.keys().next().value);
      kept.set(key, named.map((one) => found.get(one)));
    }
    return kept.get(key);
  }

  function measure(one) {
    one.words = [one.site.label || one.site.name, ...(one.site.silent ? [one.site.silent] : [])];
    one.w = Math.max(...one.words.map((words) => pen.measureText(words).width)) + 1;
    one.h = LINE * one.words.length;
    one.must = Boolean(one.site.silent || (one.site.sign || {}).letter || one.site.id === ccsp.data.chosen);
  }

  function write(sheet, one, spot) {
    const [left, top, right] = spot.box, middle = (left + right) / 2;
    if (spot.line) {
      const [x1, y1, x2, y2] = spot.line;
      sheet.append(svg("line", { x1, y1, x2, y2 }));
    }
    const anchor = spot.line || middle === one.x ? "middle" : left > one.x ? "start" : right < one.x ? "end" : "middle";
    const x = { start: left, end: right, middle }[anchor];
    one.words.forEach((words, i) => {
      const text = svg("text", { x, y: top + 11 + i * LINE, "text-anchor": anchor, ...(i ? { class: "silent" } : one.area ? { class: "area" } : {}) });
      text.textContent = words;
      sheet.append(text);
    });
  }

  // The marks in view of a pane.
  function inView({ map, marks }) {
    const size = map.getSize();
    return [...marks.values()].map((mark) => {
      const { x, y } = ccsp.marks.at(map, mark), reach = box(mark.site);
      return { site: mark.site, x, y, reach, box: [x - reach.left, y - reach.top, x + reach.right, y + reach.bottom] };
    }).filter((one) => one.x > 0 && one.y > 0 && one.x < size.x && one.y < size.y);
  }

  // Of sites, the ids of those that can be read at once, the first in the server's order.
  const firstOf = (sites) => new Set([...sites].sort((a, b) => a.rank - b.rank).slice(0, ccsp.data.mostNamed).map((site) => site.id));

  // What is written on the departments in view: as a name of something of no size, at the end of a line where a mark is in the way.
  const NOTHING = { left: 0, right: 0, top: 0, bottom: 0 };
  function written(pane, wanted, size) {
    return ccsp.land.values(pane).filter(wanted).map((site) => {
      const { x, y } = pane.map.latLngToContainerPoint([site.lat, site.lon]);
      const one = { site, x, y, reach: NOTHING, box: [x, y, x, y] };
      measure(one);
      one.must = one.area = true;
      return one;
    }).filter(({ x, y }) => x > 0 && y > 0 && x < size.x && y < size.y);
  }

  // Names the marks in view for which wanted(site) is true. Places are those of the map's own layer, which moves with it. Gives the
  // ids of the sites in view, and of those that have a name.
  function drawPane(pane, wanted, among) {
    const { map } = pane, corner = map.containerPointToLayerPoint([0, 0]), size = map.getSize(), { chosen, sites, mostNamed } = ccsp.data;
    if (!pane.sheet) {
      pane.sheet = map.getPane("names").appendChild(svg("svg", { class: "names", "aria-hidden": "true", width: 1, height: 1 }));
    }
    const all = inView(pane), first = sites.length > mostNamed ? firstOf(among || all.map((one) => one.site)) : null;
    const named = all.filter(({ site }) => wanted(site) && (!first || first.has(site.id) || site.id === chosen));
    named.sort(first ? (a, b) => first.has(b.site.id) - first.has(a.site.id) || a.site.rank - b.site.rank : (a, b) => a.y - b.y || a.x - b.x);
    named.forEach(measure);
    const areas = written(pane, wanted, size), every = [...named, ...areas];
    const spots = arranged(all, every, pane.covered(size.y), [size.x, size.y], Boolean(first));
    pane.sheet.replaceChildren();
    pane.sheet.setAttribute("style", `transform:translate(${corner.x}px,${corner.y}px)`);
    every.forEach((one, i) => { if (spots[i]) write(pane.sheet, one, spots[i]); });
    return { seen: all.map((one) => one.site.id), named: named.filter((one, i) => spots[i]).map((one) => one.site.id) };
  }

  // panes: [pane, wanted, among] of each. Where there are more sites than the server says can be read, the first of those among (by
  // default, in view) have names, and the chosen one. Gives how many have one of how many are in view.
  function draw(panes) {
    pen = pen || document.createElement("canvas").getContext("2d");
    pen.font = `12px ${getComputedStyle(ccsp.root).fontFamily}`;
    const drawn = panes.map((one) => drawPane(...one)), count = (what) => new Set(drawn.flatMap((one) => one[what])).size;
    return { named: count("named"), sites: count("seen") };
  }

  return { draw };
})();
