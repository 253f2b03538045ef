/* What is drawn around and over a mark: the ring of a silent site (dashed where it said why), the frame and letter of a signal, the badge of a target. */
ccsp.signs = (() => {
  "use strict";
  const { CHIP, CORNER, circle, shape, sizes, svg } = ccsp.shapes;

  const TICKS = { "✓": "M-3.6,.3l2.5,2.8 4.7,-5.8", "✗": "M-3,-3l6,6M3,-3l-6,6" };   // drawn: not every typeface has them

  function chip(letter, at) {
    const node = svg("g", { transform: `translate(${at},${-at})` }), text = svg("text", { class: "sign-letter", dy: "0.355em" });
    text.textContent = letter;
    node.append(svg("circle", { class: "sign-chip", r: CHIP }), text);
    return node;
  }

  function badge(name, at) {
    const node = svg("g", { class: "sign-badge", transform: `translate(${at},${at})` });
    node.append(svg("circle", { r: CHIP }), svg("path", { d: TICKS[name] || "" }));
    return node;
  }

  // The nodes under and over a mark with its middle at 0,0; two empty lists for a mark without any sign.
  function around(site) {
    const sign = site.sign || {}, size = sizes(site), under = [], over = [], at = (size.frame || size.own) * CORNER;
    if (size.frame) under.push(svg("path", { class: "sign-frame", d: shape(sign.frame)(0, 0, size.frame) }));
    if (size.ring) under.push(svg("path", { class: `sign-silent${site.explained ? " explained" : ""}`, d: circle(0, 0, size.ring) }));
    if (sign.letter) over.push(chip(sign.letter, at));
    if (sign.badge) over.push(badge(sign.badge, at));
    return [under, over];
  }

  // What the colour and weight of a sign depend on, as a class.
  const look = ({ frame, slight } = {}) => `sign ${frame || ""}${slight ? " slight" : ""}`;

  return { around, badge, look };
})();
