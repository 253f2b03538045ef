/* The marks of the sites: drawn once, then recoloured and moved in place; a click or a key chooses one. */
ccsp.marks = (() => {
  "use strict";
  const { box, colour, radius, shape, sizes, svg } = ccsp.shapes;
  const URGENT = ["C", "+", "!"];         // overlapping marks: the later in this list, the higher; then the smaller
  const urgency = (site) => URGENT.indexOf((site.sign || {}).letter);

  // Leaflet's circle rounds the radius to whole pixels, which would bend the areas.
  const markClass = () => L.CircleMarker.extend({
    _project() {                          // sites that share a place stand around it, as far from it at any zoom
      L.CircleMarker.prototype._project.call(this);
      if (this.options.offset) { this._point._add(this.options.offset); this._updateBounds(); }
    },
    _updatePath() {
      const p = this._point;
      this._renderer._setPath(this, this._empty() ? "M0 0" : shape(this.options.kind)(p.x, p.y, this._radius));
      for (const group of this.sign || []) group.setAttribute("transform", `translate(${p.x},${p.y})`);
    },
    // Of the sign's two groups one lies under all marks, so that a frame hides no neighbour, one just over the mark's own path.
    dress(site) {
      const nodes = ccsp.signs.around(site);
      if (!nodes[0].length && !nodes[1].length) return this.undress();
      this.sign = this.sign || [0, 1].map(() => svg("g", { "aria-hidden": "true" }));
      this.sign.forEach((group, i) => {
        group.setAttribute("class", ccsp.signs.look(site.sign || {}));
        group.replaceChildren(...nodes[i]);
      });
      if (!this.sign[0].parentNode) { this._path.parentNode.prepend(this.sign[0]); this._path.after(this.sign[1]); }
      return this._updatePath();
    },
    undress() {
      (this.sign || []).forEach((group) => group.remove());
      this.sign = null;
    },
    lift() { this._path.parentNode.append(this._path, ...(this.sign ? [this.sign[1]] : [])); },
    onRemove() { this.undress(); L.CircleMarker.prototype.onRemove.call(this); },
  });

  function add(pane, site) {
    const mark = new pane.Mark([site.lat, site.lon], { pane: "sites", kind: site.kind, offset: site.offset && L.point(site.offset), radius: radius(site),
      className: pane.mark, fillOpacity: 0.95, bubblingMouseEvents: false }).addTo(pane.map);
    mark.on("mouseover", () => ccsp.card.showSite(pane.map, mark)).on("mouseout", ccsp.card.hide)
      .on("click", () => ccsp.send({ site: mark.site.id }));
    ccsp.keyboard.serve(pane, mark);
    return mark;
  }

  function update(mark, site) {
    mark.site = site;
    Object.assign(mark.options, { kind: site.kind, offset: site.offset && L.point(site.offset) });
    mark.setStyle({ radius: radius(site), fillColor: colour(site.fill) || ccsp.light.idle });
    mark.setLatLng([site.lat, site.lon]);
    mark.dress(site);
    const node = mark.getElement();
    node.classList.toggle("missing", Boolean(site.missing));
    node.classList.toggle("idle", !site.missing && !colour(site.fill));
    node.setAttribute("aria-label", [site.name, ...(site.tip || [])].join(", "));
    node.setAttribute("aria-pressed", String(site.id === ccsp.data.chosen));
  }

  function ring(pane) {                   // an orange band between two dark ones, under the chosen mark
    const site = pane.marks.has(ccsp.data.chosen) ? pane.marks.get(ccsp.data.chosen).site : null;
    const { light } = ccsp;
    pane.rings = pane.rings || [[light.ink, 6.5], [light.chosen, 3.5]].map(([stroke, weight]) =>
      new pane.Mark([0, 0], { pane: "rings", interactive: false, fill: false, color: stroke, weight, className: "ring" }));
    pane.rings.forEach((band) => {
      if (!site) return band.remove();
      const size = sizes(site);
      Object.assign(band.options, { kind: (site.sign && site.sign.frame) || (size.ring ? "CCSP" : site.kind), offset: site.offset && L.point(site.offset) });
      return band.addTo(pane.map).setRadius(size.frame || size.ring ? (size.frame || size.ring) + 4 : radius(site) + 3.5)
        .setLatLng([site.lat, site.lon]);
    });
  }

  function draw(pane) {
    const sites = ccsp.data.sites.filter(pane.holds).sort((a, b) => urgency(a) - urgency(b) || radius(b) - radius(a));   // small ones on top
    const kept = new Set(sites.map((site) => site.id)), held = document.activeElement;
    for (const [id, mark] of pane.marks) if (!kept.has(id)) { mark.remove(); pane.marks.delete(id); }
    for (const site of sites) {
      if (!pane.marks.has(site.id)) pane.marks.set(site.id, add(pane, site));
      update(pane.marks.get(site.id), site);
    }
    const nodes = sites.map((site) => pane.marks.get(site.id).getElement());
    if (nodes.some((node, i) => i && !(nodes[i - 1].compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING))) {
      sites.forEach((site) => pane.marks.get(site.id).lift());
      if (nodes.includes(held)) held.focus({ preventScroll: true });   // moving a node in the tree drops its focus
    }
    ring(pane);
    ccsp.keyboard.settle(pane);
  }

  // Where a mark stands in the map's container.
  const at = (map, mark) => map.latLngToContainerPoint(mark.getLatLng()).add(mark.options.offset || [0, 0]);

  // The mark within so many px of a place of the pane's container, or null.
  function near(pane, place, reach) {
    return [...pane.marks.values()]
      .map((mark) => [at(pane.map, mark).distanceTo(place) - box(mark.site).right, mark])
      .filter(([gap]) => gap <= reach).sort((a, b) => a[0] - b[0]).map(([, mark]) => mark)[0] || null;
  }

  return { at, draw, markClass, near };
})();
