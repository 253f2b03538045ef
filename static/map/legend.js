/* The legend: a line for each class, signal and reason that a site has, drawn as on the map; kinds and sizes under them. */
ccsp.legend = (() => {
  "use strict";
  const { box, colour, el, radius, shape, svg } = ccsp.shapes;
  const SAMPLE = 6.5, SMALL = 4.5;        // px: radius of a sample; of one with a sign around it
  const MORE = "Les autres : en agrandissant, sur la marque, dans la liste.";
  const COLUMN = 28;                      // px: width of the column of samples

  // A mark as on the map, in a picture as large as it needs.
  function sample(row, column) {
    const one = { kind: "CCSP", radius: row.sign || row.silent ? SMALL : SAMPLE, ...row }, reach = box(one), alone = one.sign && !one.sign.letter;
    const side = Math.max(column, reach.left + reach.right + 1), tall = reach.top + reach.bottom + 1;
    const image = svg("svg", { width: side, height: tall, viewBox: `${-reach.left - (side - reach.left - reach.right) / 2} ${-reach.top - 0.5} ${side} ${tall}`,
      "aria-hidden": "true" });
    if (alone) {
      image.setAttribute("height", 20);
      image.setAttribute("viewBox", `${-side / 2} -10 ${side} 20`);
      image.append(ccsp.signs.badge(one.sign.badge, 0));
      return image;
    }
    const group = svg("g", { class: ccsp.signs.look(one.sign || {}) }), [under, over] = ccsp.signs.around(one);
    const plain = svg("path", { d: shape(one.kind)(0, 0, radius(one)), fill: colour(one.fill) || "none", stroke: "currentColor",
      ...(one.missing ? { "stroke-width": 1.5, "stroke-dasharray": "2.6 2.2" } : { "stroke-width": 1 }) });
    group.append(...under, plain, ...over);
    image.append(group);
    return image;
  }

  function list(cls, rows) {
    const node = el("ul", cls);
    for (const row of rows) {
      const item = el("li");
      item.append(sample(row, cls ? 0 : COLUMN), el("span", "", row.long || row.label));
      if (row.count !== undefined && row.count !== null) item.append(el("span", "count", row.count));
      node.append(item);
    }
    return node;
  }

  function draw(node) {
    const given = ccsp.data.legend || {}, has = (rows) => rows && rows.length;
    node.replaceChildren();
    if (given.title) node.append(el("b", "", given.title));
    if (has(given.rows)) node.append(list("", given.rows));
    if (given.note) node.append(el("p", "", given.note));
    if (has(given.kinds)) node.append(list("", given.kinds));
    if (has(given.sizes)) {
      const line = el("div", "sizes");
      line.append(el("span", "", given.size_text), list("row", given.sizes));
      node.append(line);
    }
    if (given.naming) node.append(el("small", "naming"));
    count({ named: ccsp.data.mostNamed, sites: ccsp.data.sites.length });
    node.append(el("small", "", given.sources));
  }

  // How many sites have a name of how many are in view, where not all have room; until it is known, as many as may have one.
  function count({ named, sites }) {
    const line = ccsp.legendNode.querySelector(".naming");
    if (!line) return;
    const which = ccsp.data.legend.naming.replace("{named}", named).replace("{sites}", sites);
    line.replaceChildren(`${which}. `, el("span", "more", MORE));
  }

  return { count, draw };
})();
