/* The names of the sites: beside their marks where there is room, else further away at the end of a line.
 *
 * Each name in turn takes the first of its places that covers no mark, no other name and no line. Where one finds none, or only
 * at the end of a line, all are placed again with that one first: the furthest before the others. The files do the same: dashboard/exports/map_labels.py.
 */
ccsp.names = (() => {
  "use strict";
  const { box, svg } = ccsp.shapes;
  const NEAR = 3, CLEAR = 4;              // px: from a mark to its name; from a name to another mark
  const RINGS = [8, 14, 22, 32, 44, 58, 74, 92], TURNS = 24, ROUNDS = 8;
  const LINE = 14;                        // px: height of a line of type
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

  // The places of a name of w × h at a mark, the best first: its box, and the line that leads to it.
  function* places({ x, y, reach }, w, h) {
    const beside = (left, top) => ({ box: [left, top, left + w, top + h], line: null });
    yield beside(x + reach.right + NEAR, y - h / 2);
    yield beside(x - reach.left - NEAR - w, y - h / 2);
    for (const top of [y - reach.top - h, y + reach.bottom]) {
      for (const share of [0.5, 0.3, 0.7, 0.1, 0.9]) yield beside(x - w * share, top);
    }
    for (const top of [y + reach.bottom, y - reach.top - h]) yield* [beside(x + reach.right, top), beside(x - reach.left - w, top)];
    const far = Math.max(reach.left, reach.right, reach.top, reach.bottom);
    for (const ring of RINGS) {
      for (let turn = 0; turn < TURNS; turn++) {
        const a = (2 * Math.PI * turn) / TURNS, dx = Math.cos(a), dy = Math.sin(a), out = far + ring;
        const left = x + dx * (out + w / 2) - w / 2, top = y + dy * (out + h / 2) - h / 2;
        const end = [Math.min(Math.max(x, left), left + w), Math.min(Math.max(y, top), top + h)];
        yield { box: [left, top, left + w, top + h], line: [x + dx * reach.left, y + dy * reach.left, ...end] };
      }
    }
  }

  function place(one, all, taken, lines, [width, height], strict, clear) {
    for (const spot of places(one, one.w, one.h)) {
      const b = spot.box, wide = [b[0] - clear, b[1] - clear, b[2] + clear, b[3] + clear];
      if (b[0] < 2 || b[1] < 0 || b[2] > width - 2 || b[3] > height) continue;   // a line of type is lower than its box
      if (taken.some((other) => meet(b, other)) || lines.some((line) => crosses(line, b))) continue;
      if (all.some((other) => meet(other === one ? b : wide, other.box))) continue;
      const { line } = spot;
      if (line && (taken.some((other) => crosses(line, other)) || (strict && all.some((other) => other !== one && crosses(line, other.box))))) continue;
      return spot;
    }
    return null;
  }

  // How far a name stands from its mark; of one without a place, further than all together.
  const distance = (spot) => (!spot ? 1e5 : spot.line ? Math.hypot(spot.line[2] - spot.line[0], spot.line[3] - spot.line[1]) : 0);

  // all: {x, y, reach, box, w, h} of every mark; named: those of them that want a name. Gives a place or null for each.
  function arrange(all, named, free, size) {
    let order = [...named], best = null;
    for (let round = 0; round < ROUNDS; round++) {
      const taken = [...free], lines = [], found = new Map();
      for (const one of order) {
        // A line under a mark, then a name close to one, is better than no name.
        const spot = place(one, all, taken, lines, size, true, CLEAR) || place(one, all, taken, lines, size, false, CLEAR)
          || place(one, all, taken, lines, size, false, 0);
        found.set(one, spot);
        if (!spot) continue;
        taken.push(spot.box);
        if (spot.line) lines.push(spot.line);
      }
      const away = (one) => distance(found.get(one)), poor = order.filter(away).sort((a, b) => away(b) - away(a));
      const total = order.reduce((sum, one) => sum + away(one), 0);
      if (!best || total < best.total) best = { found, total };
      if (!poor.length) break;
      order = [...poor, ...order.filter((one) => !poor.includes(one))];
    }
    return best.found;
  }

  function measure(words) {
    pen = pen || document.createElement("canvas").getContext("2d");
    pen.font = `12px ${getComputedStyle(ccsp.root).fontFamily}`;
    return pen.measureText(words).width;
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
      const text = svg("text", { x, y: top + 11 + i * LINE, "text-anchor": anchor, ...(i ? { class: "silent" } : {}) });
      text.textContent = words;
      sheet.append(text);
    });
  }

  // Names the pane's marks for which wanted(site) is true. Places are those of the map's own layer, which moves with it.
  function draw(pane, wanted) {
    const { map } = pane, corner = map.containerPointToLayerPoint([0, 0]), size = map.getSize();
    if (!pane.sheet) {
      pane.sheet = map.getPane("names").appendChild(svg("svg", { class: "names", "aria-hidden": "true", width: 1, height: 1 }));
    }
    const all = [...pane.marks.values()].map((mark) => {
      const { x, y } = map.latLngToContainerPoint(mark.getLatLng()), reach = box(mark.site);
      const words = [mark.site.label || mark.site.name, ...(mark.site.silent ? [mark.site.silent] : [])];
      return { site: mark.site, x, y, reach, words, box: [x - reach.left, y - reach.top, x + reach.right, y + reach.bottom],
        w: Math.max(...words.map(measure)) + 1, h: LINE * words.length };
    }).filter((one) => one.x > 0 && one.y > 0 && one.x < size.x && one.y < size.y);
    const named = all.filter((one) => wanted(one.site)).sort((a, b) => a.y - b.y || a.x - b.x);
    pane.sheet.replaceChildren();
    pane.sheet.setAttribute("style", `transform:translate(${corner.x}px,${corner.y}px)`);
    for (const [one, spot] of arrange(all, named, pane.covered(size.y), [size.x, size.y])) if (spot) write(pane.sheet, one, spot);
  }

  return { draw };
})();
