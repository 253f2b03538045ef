/* The keyboard on the map: one press of Tab enters the marks, arrows go from one to the next, another Tab leaves them. */
ccsp.keyboard = (() => {
  "use strict";
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  // The nearest mark that way: what lies aside counts double.
  function next(pane, mark, [x, y]) {
    const from = ccsp.marks.at(pane.map, mark);
    let best = null, least = Infinity;
    for (const other of pane.marks.values()) {
      const to = ccsp.marks.at(pane.map, other).subtract(from);
      const along = to.x * x + to.y * y, aside = Math.abs(to.x * y) + Math.abs(to.y * x);
      if (other !== mark && along > 0 && along + 2 * aside < least) [best, least] = [other, along + 2 * aside];
    }
    return best;
  }

  function press(pane, mark, event) {
    if (event.key === "Escape") ccsp.card.hide();
    const choice = event.key === "Enter" || event.key === " ", way = ARROWS[event.key];
    if (!choice && !way) return;
    event.preventDefault();
    event.stopPropagation();              // or the map would move as well
    if (choice) return void ccsp.send({ site: mark.site.id });
    const to = next(pane, mark, way);
    if (to) to.getElement().focus({ preventScroll: true });
  }

  function serve(pane, mark) {
    const node = mark.getElement();
    node.setAttribute("tabindex", "-1");
    node.setAttribute("role", "button");
    node.addEventListener("keydown", (event) => press(pane, mark, event));
    node.addEventListener("blur", ccsp.card.hide);
    node.addEventListener("focus", () => {
      enter(pane, mark);
      if (!node.matches(":focus-visible")) return;
      if (!pane.map.getBounds().contains(mark.getLatLng())) pane.map.panTo(mark.getLatLng(), { animate: false });
      ccsp.card.showSite(pane.map, mark);
    });
  }

  // Of a pane's marks one alone is reached by Tab: the last one that was looked at, else the chosen one, else the first.
  function enter(pane, mark) {
    if (!pane.keyboard) return;
    for (const other of pane.marks.values()) other.getElement().setAttribute("tabindex", other === mark ? "0" : "-1");
    pane.entry = mark.site.id;
  }

  function settle(pane) {
    const mark = pane.marks.get(pane.entry) || pane.marks.get(ccsp.data.chosen) || [...pane.marks.values()][0];
    if (mark) enter(pane, mark);
  }

  function calm(map) {
    // Leaflet's focus on the first press scrolls the page, and the click is lost. The old listener has to go first.
    map.keyboard.disable();
    L.Map.Keyboard.include({ _onMouseDown() { if (!this._focused) this._map._container.focus({ preventScroll: true }); } });
    map.keyboard.enable();
  }

  return { calm, serve, settle };
})();
