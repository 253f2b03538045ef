/* The card beside what the pointer or the keyboard is on: a name, and what is said of it.
 *
 * Leaflet's own tooltips are not used: the component copies their content into innerHTML after a click.
 */
ccsp.card = (() => {
  "use strict";
  const { box, el } = ccsp.shapes;
  let card, shown = null;

  function build() {
    card = el("div", "card");
    card.setAttribute("role", "tooltip");
    card.hidden = true;
    return card;
  }

  function show(map, point, above, below, title, lines) {
    card.replaceChildren(el("b", "", title), ...lines.map((line) => el("span", "", line)));
    card.hidden = false;
    const inside = map.getContainer().getBoundingClientRect(), outside = ccsp.root.getBoundingClientRect();
    const x = inside.left - outside.left + point.x, y = inside.top - outside.top + point.y;
    const left = Math.max(4, Math.min(x - card.offsetWidth / 2, ccsp.root.clientWidth - card.offsetWidth - 4));
    const top = y - above - card.offsetHeight;
    card.style.left = `${left}px`;
    card.style.top = `${top >= 2 ? top : y + below}px`;
  }

  function showSite(map, mark) {
    const { top, bottom } = box(mark.site);
    show(map, ccsp.marks.at(map, mark), top + 6, bottom + 6, mark.site.name, mark.site.tip || []);
    shown = [map, mark];
  }

  function showDepartment(map, name, lines, event) {
    shown = null;
    show(map, event.containerPoint, 16, 16, name, lines);
  }

  const hide = () => { card.hidden = true; shown = null; };

  // Moving the map hides the card: give back what shows it again, where its site is still there.
  function keep() {
    const [map, mark] = shown || [];
    return () => (map && map.hasLayer(mark) ? showSite(map, mark) : hide());
  }

  return { build, hide, keep, showDepartment, showSite };
})();
