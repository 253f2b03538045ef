/* The two panes, country and enlarged south: how large they are, what they show, when that changes. */
ccsp.panes = (() => {
  "use strict";
  const { el, svg } = ccsp.shapes;
  const COUNTRY = [[6.2, 0.77], [12.42, 3.86]];
  const SOUTH = [[6.13, 1.53], [7.45, 2.82]];
  const NARROW = 480;                     // px: below this width the panes are stacked
  const LEAST = 190;                      // px: least height of the southern pane and the gap under it
  let main, south, frame, touched = false, fitting = false, focus;

  const extent = () => ccsp.land.bounds(main, ccsp.data.focus) || L.latLngBounds(COUNTRY);

  function fit() {
    fitting = true;
    touched = false;
    main.map.setMinZoom(0);
    main.map.fitBounds(extent(), { padding: [12, 12], animate: false });
    main.map.setMinZoom(Math.min(main.map.getZoom(), main.map.getBoundsZoom(COUNTRY)) - 0.5);
    fitting = false;
    settleDrag();
  }

  // As large as the width allows, the sea at the lower edge: what is left shows land, in the north.
  function fitSouth() {
    const { map } = south, zoom = map.getBoundsZoom(SOUTH), [west, east] = [SOUTH[0][1], SOUTH[1][1]];
    const low = map.project([SOUTH[0][0], (west + east) / 2], zoom);
    map.setView(map.unproject([low.x, low.y - map.getSize().y / 2], zoom), zoom, { animate: false });
  }

  // On a touch screen one finger scrolls the page until the map has been enlarged.
  function settleDrag() {
    const coarse = window.matchMedia("(pointer: coarse)").matches;
    main.map.dragging[coarse && !touched ? "disable" : "enable"]();
  }

  // The south is named in its own pane, unless the first one shows it as large.
  function nameSites() {
    const large = south.hidden || main.map.getZoom() >= south.map.getZoom() - 0.3;
    // Of many, the south names those that the whole map would, and the first pane those of what it shows.
    ccsp.legend.count(ccsp.names.draw([[main, (site) => large || !south.holds(site)], [south, () => !south.hidden, ccsp.data.sites]]));
  }

  // A long legend makes the frame taller than asked rather than hiding its last lines.
  const wanted = () => Math.max(ccsp.data.height, ccsp.legendNode.offsetHeight + (south.hidden ? 0 : LEAST));
  const tall = () => (ccsp.root.classList.contains("narrow") ? ccsp.root.scrollHeight + 2 : wanted());

  function layout() {
    const { data, root } = ccsp, width = root.clientWidth;
    if (!data || !width) return;
    const again = ccsp.card.keep(), narrow = width < NARROW;
    south.hidden = Boolean(data.focus) || !data.sites.some(south.holds);
    south.map.getContainer().hidden = south.hidden;
    if (south.hidden) frame.remove(); else frame.addTo(main.map);
    root.classList.toggle("alone", south.hidden);
    root.classList.toggle("narrow", narrow);
    root.style.height = narrow ? "" : `${wanted()}px`;
    root.style.setProperty("--main", `${Math.min(data.height, Math.round(width * (data.focus ? 1.15 : 1.7)))}px`);
    [main, south].forEach(({ map }) => map.invalidateSize({ animate: false, pan: false }));
    if (!touched || focus !== data.focus) { focus = data.focus; fit(); }
    if (!south.hidden) fitSouth();
    nameSites();
    again();
    window.Streamlit.setFrameHeight();
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
    home.addEventListener("click", (event) => { event.preventDefault(); fit(); nameSites(); });
  }

  // map: the country's, made by folium; place: the node of the south's.
  function build(map, place) {
    const Mark = ccsp.marks.markClass();
    map.getContainer().setAttribute("aria-label", "Carte du Bénin : départements et centres");
    place.setAttribute("aria-label", "Le sud du pays, agrandi");
    map.options.zoomSnap = 0;
    map.setMaxZoom(12);
    main = { map, Mark, marks: new Map(), mark: "site", keyboard: true, holds: () => true, covered: () => [[0, 0, 46, 104]] };
    south = { Mark, marks: new Map(), mark: "site-south", keyboard: false, covered: (height) => [[0, height - 32, 122, height]],
      holds: (site) => L.latLngBounds(SOUTH).contains([site.lat, site.lon]),
      map: L.map(place, { zoomControl: false, attributionControl: false, zoomSnap: 0, dragging: false, keyboard: false, doubleClickZoom: false,
        scrollWheelZoom: false, boxZoom: false, touchZoom: false, zoomAnimation: false }).fitBounds(SOUTH) };
    ccsp.keyboard.calm(map);
    controls(map);
    map.fitBounds(COUNTRY, { animate: false }).setMaxBounds(L.latLngBounds(COUNTRY).pad(3));   // wider than any pane shows, or Leaflet would pan back
    [main, south].forEach(ccsp.land.outline);
    frame = L.rectangle(SOUTH, { pane: "frame", interactive: false, fill: false, weight: 1, dashArray: "3 3", className: "frame" });
    place.append(el("div", "caption", "Le sud, agrandi"));
    map.on("zoomstart dragstart", () => { if (!fitting) touched = true; ccsp.card.hide(); });
    map.on("zoomanim", () => { if (main.sheet) main.sheet.replaceChildren(); });   // names find new places afterwards
    map.on("zoomend", () => { if (ccsp.data && !fitting) { nameSites(); settleDrag(); } });
    map.on("moveend", () => { if (ccsp.data && !fitting) nameSites(); });
    map.on("move", ccsp.card.hide);
    return [main, south];
  }

  return { build, layout, tall };
})();
