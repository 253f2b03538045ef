/* Shapes and sizes of marks, in px, and the small builders that every other part uses. */
ccsp.shapes = (() => {
  "use strict";

  const EQUAL = Math.sqrt(Math.PI / 2);   // half-diagonal of the diamond as large as a circle of radius 1
  const IDLE = 4.5;                       // radius of a mark whose visits are not known
  const GAP = 3;                          // from a mark to what is drawn around it
  const FRAME = 9;                        // least half-side of a frame: a small mark's signal is seen from afar too
  const CHIP = 7.5;                       // radius of the disc that bears a letter or a badge
  const CORNER = 0.9;                     // where that disc stands, in parts of a frame's half-side

  const el = (tag, cls, text) => {
    const node = document.createElement(tag);
    if (cls) node.className = cls;
    if (text !== undefined && text !== null) node.textContent = text;
    return node;
  };
  const svg = (tag, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
    return node;
  };
  // A colour from data is used only as #rgb or #rrggbb: url(...) would be a request.
  const colour = (text) => (/^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text || "") ? text : null);

  const circle = (x, y, r) => `M${x - r},${y}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0z`;
  const diamond = (x, y, r) => { const d = r * EQUAL; return `M${x},${y - d}l${d},${d} ${-d},${d} ${-d},${-d}z`; };
  const square = (x, y, r) => `M${x - r},${y - r}h${2 * r}v${2 * r}h${-2 * r}z`;
  const hexagon = (x, y, r) => {          // flat sides above and below, r px away: the other shapes' circle fits in
    const a = r / Math.sqrt(3);
    return `M${x - 2 * a},${y}l${a},${-r}h${2 * a}l${a},${r} ${-a},${r}h${-2 * a}z`;
  };
  const SHAPES = { CCSP: circle, GSRU: diamond, round: circle, square, hexagon };
  const shape = (kind) => SHAPES[kind] || circle;

  const radius = (site) => (site.radius > 0 ? site.radius : IDLE);

  // Half-sizes of a mark's parts, from the inside: its own shape, the ring of a silent site, the frame of a signal.
  function sizes(site) {
    const { frame } = site.sign || {};
    const own = radius(site) * (site.kind === "GSRU" ? EQUAL : 1);
    const ring = site.silent ? own + GAP : 0;
    return { own, ring, frame: SHAPES[frame] ? Math.max((ring || own) + GAP + 0.5, FRAME) : 0 };
  }

  // How far a mark reaches from its middle on each side, letter and badge included.
  function box(site) {
    const { letter, badge, frame } = site.sign || {}, size = sizes(site);
    const far = (size.frame || size.ring || size.own) + 1.5, wide = frame === "hexagon" ? far * 2 / Math.sqrt(3) : far;
    const corner = (size.frame || size.own) * CORNER + CHIP;
    return { left: wide, right: Math.max(wide, letter || badge ? corner : 0),
      top: Math.max(far, letter ? corner : 0), bottom: Math.max(far, badge ? corner : 0) };
  }

  return { CHIP, CORNER, box, circle, colour, el, radius, shape, sizes, svg };
})();
