/* The CCSP map: everything the folium frame does once Leaflet, window.DEPARTMENTS and this file are loaded.
 *
 * ccsp.start(map, {communes, colours})  once, from the constant base script: panes, outlines, keyboard, layout.
 *                              colours: {light: {sea: "#rrggbb", ...}, dark: {...}}, the variables of STYLE.
 * ccsp.draw(data)              after each change, from the feature group: recolours and moves in place.
 *
 * Text from data reaches the page through textContent or setAttribute only, never as HTML. Leaflet tooltips
 * are not used: the component copies their content into innerHTML after a click.
 */
window.ccsp = (() => {
  "use strict";

  const COUNTRY = [[6.2, 0.77], [12.42, 3.86]];
  const SOUTH = [[6.15, 1.5], [7.6, 2.85]];
  const NARROW = 480;            // px: below this width the panes are stacked
  const REACH = 12;              // px: a click this near a small mark still means that mark
  const EQUAL = Math.sqrt(Math.PI / 2);   // half-diagonal of the diamond as large as a circle of radius 1
  const IDLE = 4.5;              // px: fixed radius of a mark that carries no value
  const LEGIBLE = 10;            // px: least radius of a mark with a letter, read from the back of the room
  const HOLLOW = 7;              // px: least radius of a hollow mark where the others carry letters
  const GAP = 3.5, BADGE = 7.5;  // px: from a mark to its frame; radius of a badge
  const URGENT = ["C", "+", "!"];          // overlapping marks: the later in this list, the higher; then the smaller

  const STYLE = `
    html, body { margin:0; background:transparent !important; overflow:hidden; }
    body > span { display:none; }
    .ccsp { position:relative; display:grid; grid-template-columns:minmax(0,55fr) minmax(0,45fr); gap:10px; box-sizing:border-box;
      font:13px/1.35 "Source Sans", "Source Sans 3", system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; color:var(--ink); }
    .ccsp > aside { display:flex; flex-direction:column; gap:10px; min-height:0; }
    .ccsp .south { flex:0 1 auto; aspect-ratio:1/1.09; min-height:150px; }
    .ccsp #map_div, .ccsp .south { width:100% !important; border:1px solid var(--rule); border-radius:10px;
      box-sizing:border-box; overflow:hidden; }
    .ccsp #map_div { height:100% !important; }
    .ccsp.narrow { grid-template-columns:minmax(0,1fr); }
    .ccsp.narrow #map_div { height:var(--main) !important; }
    .ccsp.narrow .south { flex:none; }
    .ccsp .leaflet-container { background:var(--sea); font:inherit; }
    .ccsp .leaflet-container:focus-visible { outline:3px solid var(--focus); outline-offset:-3px; }
    .ccsp path { outline:none; }
    path.coast { stroke:var(--coast); } path.department { fill:var(--land); stroke:var(--border); }
    path.department:hover { stroke:var(--coast); } path.department.away { fill:var(--away); }
    path.commune { stroke:var(--commune); stroke-opacity:.6; } path.frame { stroke:var(--none); }
    path.site, path.site-south { stroke:var(--mark); stroke-width:1; cursor:pointer; transition:fill .15s; }
    path.idle { fill:var(--idle); }
    path.missing { fill:var(--halo); fill-opacity:.65; stroke:var(--none); stroke-width:1.6; stroke-dasharray:2.6 2.2; }
    path.signed { fill-opacity:1; }
    path.site:hover, path.site-south:hover { stroke-width:2.2; }
    .sign { pointer-events:none; } .sign text { font-weight:700; text-anchor:middle; }
    .sign-frame { fill:var(--halo); stroke:var(--mark); stroke-width:2.2; stroke-linejoin:round; }
    .sign:has(+ path:focus-visible) .sign-frame { stroke:var(--focus); stroke-width:5; }
    .sign-badge path { fill:none; stroke:var(--ink); stroke-width:2; stroke-linecap:round; stroke-linejoin:round; }
    .sign-badge circle { fill:var(--card); stroke:var(--ink); stroke-width:1.2; }
    path.site:focus-visible { stroke:var(--focus); stroke-width:4; stroke-dasharray:none; }
    .ccsp .name { width:max-content !important; height:auto !important; transform-origin:0 0; color:var(--name);
      font-size:11px; letter-spacing:.06em; white-space:nowrap; pointer-events:none; }
    .ccsp .name span { display:block; transform:translate(-50%,-50%); }
    .ccsp .tag { position:absolute; z-index:650; font-size:11.5px; line-height:14px; color:var(--ink); white-space:nowrap; pointer-events:none;
      text-shadow:0 0 2px var(--halo),0 0 2px var(--halo),0 0 3px var(--halo),0 0 4px var(--halo); }
    .ccsp .caption { position:absolute; z-index:660; left:8px; top:8px; padding:1px 8px; border-radius:6px;
      background:var(--card); border:1px solid var(--rule); font-weight:600; font-size:12px; color:var(--soft); pointer-events:none; }
    .ccsp .card { position:absolute; z-index:2000; box-sizing:border-box; max-width:min(260px,96%); padding:8px 11px; pointer-events:none;
      background:var(--card); color:var(--soft); border:1px solid var(--rule); border-radius:8px; box-shadow:0 4px 14px rgba(15,23,42,.18); }
    .ccsp .card[hidden] { display:none; }
    .ccsp .card b, .ccsp .card span { display:block; overflow-wrap:anywhere; } .ccsp .card b { color:var(--ink); font-size:14px; }
    .ccsp .leaflet-bar { border:1px solid var(--rule); border-radius:8px; overflow:hidden; box-shadow:0 1px 3px rgba(15,23,42,.12); }
    .ccsp .leaflet-bar a, .ccsp .leaflet-bar a.leaflet-disabled { width:28px; height:28px; line-height:27px; background:var(--card);
      color:var(--ink); border-color:var(--rule); font:600 17px/27px system-ui, sans-serif; }
    .ccsp .leaflet-bar a.leaflet-disabled { color:var(--idle); }
    .ccsp .leaflet-bar a:focus-visible { outline:2px solid var(--focus); outline-offset:-2px; }
    .ccsp .leaflet-bar svg { vertical-align:-2px; fill:none; stroke:currentColor; stroke-width:1.8; }
    .ccsp .legend { flex:none; padding:0 2px; color:var(--soft); font-size:12.5px; }
    .ccsp .legend b { display:block; color:var(--ink); font-size:13px; margin-bottom:3px; }
    .ccsp .legend ul { list-style:none; margin:0 0 5px; padding:0; }
    .ccsp .legend li { display:flex; align-items:center; gap:7px; min-height:19px; }
    .ccsp .legend .row li { display:inline-flex; margin-right:14px; }
    .ccsp .legend .count { margin-left:auto; font-variant-numeric:tabular-nums; color:var(--ink); }
    .ccsp .legend svg { flex:none; }
    .ccsp .legend small { display:block; font-size:11px; color:var(--none); margin-top:3px; }
    @media (prefers-reduced-motion:reduce) { .ccsp * { transition:none !important; animation:none !important; } }`;

  let light;                     // colours of marks and of what stands on them: the same on any paper
  let root, aside, card, legend, tags, main, south, data, shown = null;
  let touched = false, fitting = false, focus;
  const names = [];

  // ---- small builders -------------------------------------------------------------------------------------

  const el = (tag, cls, text) => {
    const node = document.createElement(tag);
    if (cls) node.className = cls;
    if (text !== undefined && text !== null) node.textContent = text;
    return node;
  };
  const svg = (tag, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  // A colour from data is used only as #rgb or #rrggbb: url(...) would be a request.
  const colour = (text) => (/^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text || "") ? text : null);
  const circle = (x, y, r) => `M${x - r},${y}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0z`;
  const diamond = (x, y, r) => { const d = r * EQUAL; return `M${x},${y - d}l${d},${d} ${-d},${d} ${-d},${-d}z`; };
  const square = (x, y, r) => `M${x - r},${y - r}h${2 * r}v${2 * r}h${-2 * r}z`;
  const hexagon = (x, y, r) => {         // flat sides above and below, r px away: the other shapes' circle fits in
    const a = r / Math.sqrt(3);
    return `M${x - 2 * a},${y}l${a},${-r}h${2 * a}l${a},${r} ${-a},${r}h${-2 * a}z`;
  };
  const SHAPES = { CCSP: circle, GSRU: diamond, round: circle, square, hexagon };
  const shape = (kind) => SHAPES[kind] || circle;
  const bare = (site) => (site.missing || !(site.radius > 0) ? IDLE : site.radius);
  const least = (site) => {
    const sign = site.sign || {};
    if (sign.letter || sign.frame || sign.badge) return LEGIBLE;
    return site.sign && site.missing ? HOLLOW : 0;
  };
  const radius = (site) => Math.max(bare(site), least(site));
  const span = (kind, r) => r * (kind === "GSRU" ? EQUAL : 1);
  function outer(site) {                 // px from the middle of a mark to its outermost point, frame included
    const { frame } = site.sign || {}, r = span(site.kind, radius(site));
    return frame ? (r + GAP) * (frame === "hexagon" ? 2 / Math.sqrt(3) : 1) : r;
  }
  function half(site) {                  // the same to the right and below, where there may be a badge
    const { frame, badge } = site.sign || {}, reach = outer(site);
    return badge ? Math.max(reach, badgeAt(span(site.kind, radius(site)), frame) + BADGE) : reach;
  }
  const urgency = (site) => URGENT.indexOf((site.sign || {}).letter);
  const send = (what) => window.Streamlit.setComponentValue({ ...what, t: Date.now() });

  // ---- signs: letter in the mark, frame around it, badge at its lower right ----------------------------------

  const TICKS = { "✓": "M-3.6,.3l2.5,2.8 4.7,-5.8", "✗": "M-3,-3l6,6M3,-3l-6,6",
    "≈": "M-4,-1.4q2,-2.8 4,-.4t4,-.4M-4,2.8q2,-2.8 4,-.4t4,-.4" };   // drawn: not every typeface has them
  const badgeAt = (r, frame) => (frame ? r + GAP : r) * 0.85;

  function brightness(hex) {             // relative luminance as in WCAG 2
    const six = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex;
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(six.slice(i, i + 2), 16) / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const readable = (fill) => {
    const ground = brightness(fill);
    const { halo, ink } = light;
    return contrast(ground, brightness(halo)) >= contrast(ground, brightness(ink)) ? halo : ink;
  };

  function badgeNode(badge, x, y) {
    const node = svg("g", { class: "sign-badge", transform: `translate(${x},${y})` });
    node.append(svg("circle", { r: BADGE }), svg("path", { d: TICKS[badge] || "" }));
    return node;
  }

  // What lies under and what lies over a mark of radius r with its middle at 0,0.
  function signNodes(sign, kind, r, fill) {
    const size = span(kind, r), under = [], over = [];
    if (SHAPES[sign.frame]) under.push(svg("path", { class: "sign-frame", d: shape(sign.frame)(0, 0, size + GAP) }));
    if (sign.letter) {
      const px = Math.min(17, Math.max(13, r * 1.25)) * (/[!+]/.test(sign.letter) ? 1.3 : 1);   // these two are slight
      const text = svg("text", { class: "sign-letter", dy: "0.355em", "font-size": px, fill: fill ? readable(fill) : "currentColor" });
      text.textContent = sign.letter;
      over.push(text);
    }
    if (sign.badge) over.push(badgeNode(sign.badge, badgeAt(size, sign.frame), badgeAt(size, sign.frame)));
    return [under, over];
  }

  // Leaflet's circle rounds the radius to whole pixels, which would bend the areas.
  const markClass = () => L.CircleMarker.extend({
    _updatePath() {
      const p = this._point, draw = shape(this.options.kind);
      this._renderer._setPath(this, this._empty() ? "M0 0" : draw(p.x, p.y, this._radius));
      for (const group of this.sign || []) group.setAttribute("transform", `translate(${p.x},${p.y})`);
    },
    // The sign's two groups lie just before and just after the mark's own path, so that marks still overlap whole.
    dress(site) {
      if (!site.sign) return this.undress();
      this.sign = this.sign || [0, 1].map(() => svg("g", { class: "sign", "aria-hidden": "true" }));
      const fill = site.missing ? null : colour(site.fill) || light.idle;
      signNodes(site.sign, site.kind, radius(site), fill).forEach((nodes, i) => this.sign[i].replaceChildren(...nodes));
      if (!this.sign[0].parentNode) { this._path.before(this.sign[0]); this._path.after(this.sign[1]); }
      return this._updatePath();
    },
    undress() {
      (this.sign || []).forEach((group) => group.remove());
      this.sign = null;
    },
    lift() { this._path.parentNode.append(...(this.sign ? [this.sign[0], this._path, this.sign[1]] : [this._path])); },
    onRemove() { this.undress(); L.CircleMarker.prototype.onRemove.call(this); },
  });

  // ---- the card (tooltip) ---------------------------------------------------------------------------------

  function showCard(map, point, gap, title, lines) {
    card.replaceChildren(el("b", "", title), ...lines.map((line) => el("span", "", line)));
    card.hidden = false;
    const inside = map.getContainer().getBoundingClientRect(), outside = root.getBoundingClientRect();
    const x = inside.left - outside.left + point.x, y = inside.top - outside.top + point.y;
    const left = Math.max(4, Math.min(x - card.offsetWidth / 2, root.clientWidth - card.offsetWidth - 4));
    const above = y - gap - card.offsetHeight;
    card.style.left = `${left}px`;
    card.style.top = `${above >= 2 ? above : y + gap}px`;
  }
  const hideCard = () => { card.hidden = true; shown = null; };
  function showSite(map, mark) {
    showCard(map, map.latLngToContainerPoint(mark.getLatLng()), half(mark.site) + 8, mark.site.name, mark.site.tip || []);
    shown = [map, mark];
  }

  // ---- outlines -------------------------------------------------------------------------------------------

  const tints = () => (data && data.departments) || {};

  function hoverDepartment(map, shapeName, event) {
    shown = null;
    const tint = tints()[shapeName];
    showCard(map, event.containerPoint, 16, shapeName, tint && tint.tip ? String(tint.tip).split("\n") : []);
  }

  function pickDepartment(pane, name, event) {
    const at = event.containerPoint;
    const near = [...pane.marks.values()]
      .map((mark) => [pane.map.latLngToContainerPoint(mark.getLatLng()).distanceTo(at) - half(mark.site), mark])
      .filter(([gap]) => gap <= REACH).sort((a, b) => a[0] - b[0])[0];
    send(near ? { site: near[1].site.id } : { department: name });
  }

  function outlines(pane) {
    const { map } = pane;
    for (const [name, level] of [["coast", 390], ["land", 400], ["communes", 410], ["frame", 420], ["names", 430], ["rings", 440], ["sites", 450]]) {
      map.createPane(name).style.zIndex = level;
      if (!["land", "sites"].includes(name)) map.getPane(name).style.pointerEvents = "none";
    }
    const calm = { interactive: false, fill: false };
    L.geoJSON(window.DEPARTMENTS, { pane: "coast", style: { ...calm, className: "coast", weight: 2.8 } }).addTo(map);
    pane.land = L.geoJSON(window.DEPARTMENTS, {
      pane: "land",
      style: { className: "department", weight: 1.2, fillOpacity: 1, bubblingMouseEvents: false },
      onEachFeature: (feature, layer) => {
        const name = feature.properties.department;
        layer.on("mousemove", (event) => hoverDepartment(map, name, event));
        layer.on("mouseout", hideCard);
        layer.on("click", (event) => pickDepartment(pane, name, event));
      },
    }).addTo(map);
    pane.land.eachLayer((layer) => layer.getElement().setAttribute("tabindex", "-1"));
  }

  function loadCommunes(file) {          // after the map, so that a missing file costs the thin lines and no more
    const script = document.createElement("script");
    script.src = `../../app/static/${file}`;
    script.onload = () => [main, south].forEach(({ map }) => L.geoJSON(window.COMMUNES,
      { pane: "communes", style: { interactive: false, fill: false, className: "commune", weight: 0.7 } }).addTo(map));
    document.body.appendChild(script);
  }

  function tintDepartments(pane) {
    pane.land.eachLayer((layer) => {
      const name = layer.feature.properties.department, node = layer.getElement(), tint = tints()[name];
      node.style.fill = (tint && colour(tint.fill)) || "";
      node.classList.toggle("away", Boolean(data.focus) && data.focus !== name);
    });
  }

  // ---- names of departments: shown where they fit inside their outline and clear of the sites ---------------

  const rings = (geometry) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates).map((part) => part[0]);
  const inRing = (ring, lat, lng) => {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi] = ring[i], [xj, yj] = ring[j];
      if (yi > lat !== yj > lat && lng < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) inside = !inside;
    }
    return inside;
  };

  function spotFor(layer, width, height) {
    const { map, marks } = main, bounds = layer.getBounds(), outline = rings(layer.feature.geometry);
    const clear = (p) => [...marks.values()].every((mark) => {
      const q = map.latLngToLayerPoint(mark.getLatLng()), g = half(mark.site) + 3;
      return Math.abs(q.x - p.x) > width / 2 + g || Math.abs(q.y - p.y) > height / 2 + g;
    });
    const within = (p) => [[-1, -1], [1, -1], [-1, 1], [1, 1], [0, 0]].every(([a, b]) => {
      const at = map.layerPointToLatLng([p.x + (a * width) / 2, p.y + (b * height) / 2]);
      return outline.some((ring) => inRing(ring, at.lat, at.lng));
    });
    const nw = map.latLngToLayerPoint(bounds.getNorthWest()), se = map.latLngToLayerPoint(bounds.getSouthEast());
    const middle = nw.add(se).divideBy(2);
    let best = null, least = Infinity;
    for (let i = 1; i < 16; i++) {
      for (let j = 1; j < 16; j++) {
        const p = L.point(nw.x + ((se.x - nw.x) * i) / 16, nw.y + ((se.y - nw.y) * j) / 16), far = p.distanceTo(middle);
        if (far < least && within(p) && clear(p)) [best, least] = [p, far];
      }
    }
    return best;
  }

  function nameDepartments() {
    names.splice(0).forEach((marker) => marker.remove());
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `11px ${getComputedStyle(root).fontFamily}`;
    main.land.eachLayer((layer) => {
      const name = layer.feature.properties.department;
      const spot = spotFor(layer, pen.measureText(name).width + name.length * 0.7 + 6, 15);
      if (!spot) return;
      const box = el("div");
      box.append(el("span", "", name));
      names.push(L.marker(main.map.layerPointToLatLng(spot), { pane: "names", interactive: false, keyboard: false,
        icon: L.divIcon({ className: "name", html: box, iconSize: [0, 0] }) }).addTo(main.map));
    });
  }

  // ---- sites ----------------------------------------------------------------------------------------------

  function addMark(pane, site) {
    const mark = new pane.Mark([site.lat, site.lon], { pane: "sites", kind: site.kind, radius: radius(site),
      className: pane.mark, fillOpacity: 0.92, bubblingMouseEvents: false }).addTo(pane.map);
    const node = mark.getElement(), pick = () => send({ site: mark.site.id });
    mark.on("mouseover", () => showSite(pane.map, mark)).on("mouseout", hideCard).on("click", pick);
    node.setAttribute("tabindex", pane.keyboard ? "0" : "-1");
    node.setAttribute("role", "button");
    node.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); pick(); }
      if (event.key === "Escape") hideCard();
    });
    node.addEventListener("focus", () => {
      if (!node.matches(":focus-visible")) return;
      if (!pane.map.getBounds().contains(mark.getLatLng())) pane.map.panTo(mark.getLatLng(), { animate: false });
      showSite(pane.map, mark);
    });
    node.addEventListener("blur", hideCard);
    return mark;
  }

  function updateMark(mark, site) {
    mark.site = site;
    mark.options.kind = site.kind;
    mark.setStyle({ radius: radius(site), fillColor: colour(site.fill) || light.idle });
    mark.setLatLng([site.lat, site.lon]);
    const node = mark.getElement();
    node.classList.toggle("missing", Boolean(site.missing));
    node.classList.toggle("idle", !site.missing && !colour(site.fill));
    node.classList.toggle("signed", Boolean(site.sign) && !site.missing);
    mark.dress(site);
    node.setAttribute("aria-label", [site.name, ...(site.tip || [])].join(", "));
    node.setAttribute("aria-pressed", String(site.id === data.chosen));
  }

  function ring(pane) {                      // an orange band between two dark ones, under the chosen mark
    const site = pane.marks.has(data.chosen) ? pane.marks.get(data.chosen).site : null;
    pane.rings = pane.rings || [[light.ink, 6.5], [light.chosen, 3.5]].map(([stroke, weight]) =>
      new pane.Mark(COUNTRY[0], { pane: "rings", interactive: false, fill: false, color: stroke, weight, className: "ring" }));
    pane.rings.forEach((band) => {
      if (!site) return band.remove();
      const frame = site.sign && site.sign.frame, size = radius(site);
      band.options.kind = frame || site.kind;
      return band.addTo(pane.map).setRadius(frame ? span(site.kind, size) + GAP + 4 : size + 3.5).setLatLng([site.lat, site.lon]);
    });
  }

  function drawSites(pane) {
    const sites = data.sites.filter(pane.holds).sort((a, b) => urgency(a) - urgency(b) || radius(b) - radius(a));   // small ones on top
    const kept = new Set(sites.map((site) => site.id)), held = document.activeElement;
    for (const [id, mark] of pane.marks) if (!kept.has(id)) { mark.remove(); pane.marks.delete(id); }
    for (const site of sites) {
      if (!pane.marks.has(site.id)) pane.marks.set(site.id, addMark(pane, site));
      updateMark(pane.marks.get(site.id), site);
    }
    const nodes = sites.map((site) => pane.marks.get(site.id).getElement());
    if (nodes.some((node, i) => i && !(nodes[i - 1].compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING))) {
      sites.forEach((site) => pane.marks.get(site.id).lift());
      if (nodes.includes(held)) held.focus({ preventScroll: true });   // moving a node in the tree drops its focus
    }
    ring(pane);
  }

  function tagSouth() {
    tags.replaceChildren();
    const { map, marks } = south, size = map.getSize(), taken = [[0, 0, 120, 26]];
    const chosen = (mark) => (mark.site.id === data.chosen ? 7 : 0);
    const near = (mark) => outer(mark.site) + chosen(mark), far = (mark) => Math.max(near(mark), half(mark.site));
    const order = [...marks.values()].sort((a, b) => (b.site.id === data.chosen) - (a.site.id === data.chosen) || half(b.site) - half(a.site));
    const at = new Map(order.map((mark) => [mark, map.latLngToContainerPoint(mark.getLatLng())]));
    for (const mark of order) { const p = at.get(mark), cut = mark.site.kind === "GSRU" && !mark.site.sign ? 3 : 0, g = near(mark) - cut, k = far(mark) - cut; taken.push([p.x - g, p.y - g, p.x + k, p.y + k]); }
    const free = (b) => b[0] > 2 && b[1] > 2 && b[2] < size.x - 4 && b[3] < size.y - 4
      && !taken.some((t) => b[0] < t[2] && b[2] > t[0] && b[1] < t[3] && b[3] > t[1]);
    for (const mark of order) {
      const tag = tags.appendChild(el("span", "tag", mark.site.label || mark.site.name));
      const w = tag.offsetWidth, h = tag.offsetHeight, p = at.get(mark), g = near(mark) + 3, k = far(mark) + 3;
      const spots = [[p.x + k, p.y - h / 2], [p.x - g - w, p.y - h / 2]];
      for (const gap of [3, -4]) {                       // above and below, sliding along the mark
        for (const share of [0.5, 0.3, 0.7, 0.1, 0.9]) spots.push([p.x - w * share, p.y - g - h + gap], [p.x - w * share, p.y + k - gap]);
      }
      const box = spots.map(([x, y]) => [x, y, x + w, y + h]).find(free);
      if (!box) { tag.remove(); continue; }
      tag.style.left = `${box[0]}px`;
      tag.style.top = `${box[1]}px`;
      taken.push(box);
    }
  }

  // ---- legend ---------------------------------------------------------------------------------------------

  const sample = (kind, fill, r, extra) => {
    const side = Math.ceil(2 * Math.max(r * (kind === "GSRU" ? EQUAL : 1), 7) + 3), image = svg("svg", { width: side, height: side, "aria-hidden": "true" });
    image.append(svg("path", { d: shape(kind)(side / 2, side / 2, r), fill, stroke: "currentColor", ...extra }));
    return image;
  };

  // The sign as on the map; without colour a badge stands alone, or a hollow mark.
  function signSample(one) {
    const fill = colour(one.colour), tall = one.frame ? 30 : one.badge && fill ? 28 : 20;
    const image = svg("svg", { width: 34, height: tall, viewBox: `-15.5 ${one.badge && fill ? -12.5 : -tall / 2} 34 ${tall}`, "aria-hidden": "true" });
    const plain = svg("path", { d: circle(0, 0, fill ? 8.5 : HOLLOW), fill: fill || "none", stroke: "currentColor",
      ...(fill ? { "stroke-width": 0.8 } : { "stroke-width": 1.5, "stroke-dasharray": "2.6 2.2" }) });
    const group = svg("g", { class: "sign" }), [under, over] = signNodes(one, "CCSP", 8.5, fill);
    if (!fill && one.badge) group.append(badgeNode(one.badge, 0, 0));
    else group.append(...under, plain, ...over);
    image.append(group);
    return image;
  }

  function legendList(cls, rows) {
    const list = el("ul", cls);
    for (const [image, label, count] of rows) {
      const item = el("li");
      item.append(image, el("span", "", label));
      if (count !== undefined && count !== null) item.append(el("span", "count", count));
      list.append(item);
    }
    return list;
  }

  function drawLegend() {
    const given = data.legend || {}, swatch = { "stroke-width": 0.8 }, hollow = { "stroke-width": 1.2 };
    legend.replaceChildren();
    if (given.title) legend.append(el("b", "", given.title));
    const signs = given.signs && given.signs.length ? given.signs : null;
    const rows = (given.classes || []).map((one) => [sample("CCSP", colour(one.colour) || light.idle, 6.5, swatch), one.label, one.count]);
    if (signs) rows.push(...signs.map((one) => [signSample(one), one.label, one.count]));
    if (given.missing !== undefined && given.missing !== null) {
      rows.push([sample("CCSP", "none", IDLE + 0.5, { "stroke-width": 1.5, "stroke-dasharray": "2.6 2.2" }), `pas de données (${given.missing})`]);
    }
    if (rows.length) legend.append(legendList("", rows));
    legend.append(legendList("row", [[sample("CCSP", "none", 5.5, hollow), "CCSP"], [sample("GSRU", "none", 5.5, hollow), "GSRU"]]));
    if (given.sizes && given.sizes.length) {
      legend.append(legendList("row", given.sizes.map((one) => [sample("CCSP", "none", one.radius, hollow), one.label])));
    }
    if (given.size_text) legend.append(el("span", "", given.size_text));
    if (given.sizes && given.sizes.length && data.sites.some((site) => !site.missing && least(site) > bare(site))) {
      legend.append(el("span", "", given.size_text ? " ; les plus petites marques sont agrandies" : "Les plus petites marques sont agrandies"));
    }
    legend.append(el("small", "", ["Limites indicatives", "Natural Earth", ...(given.credit ? [given.credit] : [])].join(" · ")));
  }

  // ---- layout ---------------------------------------------------------------------------------------------

  function extent() {
    const layer = main.land.getLayers().find((one) => one.feature.properties.department === data.focus);
    return layer ? layer.getBounds() : L.latLngBounds(COUNTRY);
  }

  function fit() {
    fitting = true;
    touched = false;
    main.map.setMinZoom(0);
    main.map.fitBounds(extent(), { padding: [10, 10], animate: false });
    main.map.setMinZoom(Math.min(main.map.getZoom(), main.map.getBoundsZoom(COUNTRY)) - 0.5);
    fitting = false;
    settleDrag();
  }

  // On a touch screen one finger scrolls the page until the map has been enlarged.
  function settleDrag() {
    const coarse = window.matchMedia("(pointer: coarse)").matches;
    main.map.dragging[coarse && !touched ? "disable" : "enable"]();
  }

  // A long legend makes the frame taller than asked rather than hiding its last lines.
  const wanted = () => Math.max(data.height, legend.offsetHeight + 170);
  const tall = () => (root.classList.contains("narrow") ? root.scrollHeight + 2 : wanted());

  function layout() {
    const width = root.clientWidth;
    if (!data || !width) return;
    const again = shown && shown[0].hasLayer(shown[1]) ? shown : null;      // moving the map hides the card
    const narrow = width < NARROW;
    root.classList.toggle("narrow", narrow);
    root.style.height = narrow ? "" : `${wanted()}px`;
    root.style.setProperty("--main", `${Math.min(data.height, Math.round(width * 1.7))}px`);
    [main, south].forEach(({ map }) => map.invalidateSize({ animate: false, pan: false }));
    if (!touched || focus !== data.focus) { focus = data.focus; fit(); }
    south.map.fitBounds(SOUTH, { padding: [4, 4], animate: false });
    nameDepartments();
    tagSouth();
    if (again) showSite(...again); else hideCard();
    window.Streamlit.setFrameHeight();
  }

  // ---- start and draw -------------------------------------------------------------------------------------

  function calmKeyboard(map) {
    // Leaflet's focus on the first press scrolls the page, and the click is lost. The old listener has to go first.
    map.keyboard.disable();
    L.Map.Keyboard.include({ _onMouseDown() { if (!this._focused) this._map._container.focus({ preventScroll: true }); } });
    map.keyboard.enable();
  }

  function controls(map) {
    const bar = L.control.zoom({ zoomInTitle: "Agrandir", zoomOutTitle: "Réduire" }).addTo(map).getContainer();
    const home = bar.appendChild(el("a"));
    home.href = "#";
    home.title = "Revenir à la vue d'ensemble";
    home.setAttribute("role", "button");
    home.setAttribute("aria-label", home.title);
    const icon = svg("svg", { width: 14, height: 14, "aria-hidden": "true" });
    icon.append(svg("path", { d: "M1 5V1h4M9 1h4v4M13 9v4H9M5 13H1V9" }));
    home.append(icon);
    L.DomEvent.disableClickPropagation(home);
    home.addEventListener("click", (event) => { event.preventDefault(); fit(); nameDepartments(); });
  }

  const variables = (colours) => Object.entries(colours).map(([name, value]) => `--${name}:${value};`).join(" ");

  function build(map, { dark }) {
    const sheet = new CSSStyleSheet();       // outside <head>: the component rewrites the head's HTML
    sheet.replaceSync(`:root { ${variables(light)} } :root[data-theme=dark] { ${variables(dark)} } ${STYLE}`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    const frame = map.getContainer(), place = el("div", "south");
    root = el("div", "ccsp");
    aside = el("aside");
    legend = el("div", "legend");
    tags = el("div");
    card = el("div", "card");
    card.setAttribute("role", "tooltip");
    card.hidden = true;
    frame.parentNode.insertBefore(root, frame);
    aside.append(place, legend);
    root.append(frame, aside, card);
    return place;
  }

  // The page's own typeface, which the frame does not inherit; all are served by the application.
  function borrowFont() {
    const page = window.parent.document, app = page.querySelector(".stApp") || page.body;
    const family = window.parent.getComputedStyle(app).fontFamily;
    for (const sheet of page.styleSheets) {
      for (const rule of sheet.cssRules) {
        if (rule.constructor.name !== "CSSFontFaceRule") continue;
        const name = rule.style.getPropertyValue("font-family").replace(/["']/g, "");
        if (!family.includes(name)) continue;
        const source = rule.style.getPropertyValue("src").replace(/url\("?([^")]+)"?\)/g,
          (_, address) => `url("${new URL(address, sheet.href || page.baseURI)}")`);
        document.fonts.add(new FontFace(name, source, { weight: rule.style.getPropertyValue("font-weight") || "normal",
          style: rule.style.getPropertyValue("font-style") || "normal" }));
      }
    }
    root.style.fontFamily = family;
    document.fonts.addEventListener("loadingdone", layout);       // widths change with the typeface
  }

  function start(map, options) {
    document.documentElement.lang = "fr";
    light = options.colours.light;
    const place = build(map, options.colours), Mark = markClass();
    try { borrowFont(); } catch (refused) { root.style.fontFamily = ""; }    // a frame apart keeps its own typeface
    map.getContainer().setAttribute("aria-label", "Carte du Bénin : départements et sites");
    place.setAttribute("aria-label", "Le sud du pays, agrandi");
    map.options.zoomSnap = 0;
    map.setMaxZoom(12);
    main = { map, Mark, marks: new Map(), mark: "site", keyboard: true, holds: () => true };
    south = { Mark, marks: new Map(), mark: "site-south", keyboard: false,
      holds: (site) => L.latLngBounds(SOUTH).contains([site.lat, site.lon]),
      map: L.map(place, { zoomControl: false, attributionControl: false, zoomSnap: 0, dragging: false, keyboard: false, doubleClickZoom: false,
        scrollWheelZoom: false, boxZoom: false, touchZoom: false, zoomAnimation: false }).fitBounds(SOUTH) };
    calmKeyboard(map);
    controls(map);
    map.fitBounds(COUNTRY, { animate: false }).setMaxBounds(L.latLngBounds(COUNTRY).pad(1));
    outlines(main);
    outlines(south);
    L.rectangle(SOUTH, { pane: "frame", interactive: false, fill: false, weight: 1, dashArray: "3 3", className: "frame" }).addTo(map);
    place.append(tags, el("div", "caption", "Le sud, agrandi"));
    map.on("zoomstart dragstart", () => { if (!fitting) touched = true; hideCard(); });
    map.on("zoomend", () => { if (data && !fitting) { nameDepartments(); settleDrag(); } });
    map.on("move", hideCard);
    const plain = window.Streamlit.setFrameHeight;      // stacked panes are taller than the height asked for
    window.Streamlit.setFrameHeight = (height) => plain(data ? tall() : height);
    new ResizeObserver(layout).observe(root.parentNode);
    if (options.communes) loadCommunes(options.communes);
    replay();
  }

  function draw(next) {
    data = next;
    document.documentElement.dataset.theme = data.dark ? "dark" : "light";
    for (const pane of [main, south]) { tintDepartments(pane); drawSites(pane); }
    drawLegend();
    layout();
  }

  // The component ignores what arrives while its scripts load; the last message is played again after the start.
  let late = null;
  const hear = (event) => { if (event.data && event.data.type === "streamlit:render") late = event.data; };
  window.addEventListener("message", hear);
  function replay() {
    window.removeEventListener("message", hear);
    if (late) setTimeout(() => window.dispatchEvent(new MessageEvent("message", { data: late, source: window.parent })));
  }

  return { start, draw };
})();
