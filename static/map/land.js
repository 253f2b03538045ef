/* The land: outlines of departments, tinted on demand, a click chooses one; limits of communes where there are any. */
ccsp.land = (() => {
  "use strict";
  const { colour } = ccsp.shapes;
  const REACH = 12;                       // px: a click this near a small mark still means that mark
  const PANES = { coast: 390, land: 400, communes: 410, frame: 420, rings: 440, sites: 450, names: 460 };
  const tints = () => (ccsp.data && ccsp.data.departments) || {};

  const said = (name) => String((tints()[name] || {}).tip || "").split("\n").filter(Boolean);

  function pick(pane, name, event) {
    const mark = ccsp.marks.near(pane, event.containerPoint, REACH);
    ccsp.send(mark ? { site: mark.site.id } : { department: name });
  }

  function outline(pane) {
    const { map } = pane;
    for (const [name, level] of Object.entries(PANES)) {
      map.createPane(name).style.zIndex = level;
      if (!["land", "sites"].includes(name)) map.getPane(name).style.pointerEvents = "none";
    }
    L.geoJSON(window.DEPARTMENTS, { pane: "coast", style: { interactive: false, fill: false, className: "coast", weight: 2.8 } }).addTo(map);
    pane.land = L.geoJSON(window.DEPARTMENTS, {
      pane: "land",
      style: { className: "department", weight: 1.2, fillOpacity: 1, bubblingMouseEvents: false },
      onEachFeature: (feature, layer) => {
        const name = feature.properties.department;
        layer.on("mousemove", (event) => ccsp.card.showDepartment(map, name, said(name), event));
        layer.on("mouseout", ccsp.card.hide);
        layer.on("click", (event) => pick(pane, name, event));
      },
    }).addTo(map);
    pane.land.eachLayer((layer) => layer.getElement().setAttribute("tabindex", "-1"));
  }

  function loadCommunes(file, panes) {    // after the map, so that a missing file costs the thin lines and no more
    const script = document.createElement("script");
    script.src = `../../app/static/${file}`;
    script.onload = () => panes.forEach(({ map }) => L.geoJSON(window.COMMUNES,
      { pane: "communes", style: { interactive: false, fill: false, className: "commune", weight: 0.7 } }).addTo(map));
    document.body.appendChild(script);
  }

  function tint(pane) {
    pane.land.eachLayer((layer) => {
      const name = layer.feature.properties.department, node = layer.getElement(), given = tints()[name];
      node.style.fill = (given && colour(given.fill)) || "";
      node.classList.toggle("away", Boolean(ccsp.data.focus) && ccsp.data.focus !== name);
    });
  }

  const bounds = (pane, name) => {
    const layer = pane.land.getLayers().find((one) => one.feature.properties.department === name);
    return layer ? layer.getBounds() : null;
  };

  // What is written on departments that are coloured, each at its middle: as sites have names, which are placed together with these.
  const values = (pane) => pane.land.getLayers().flatMap((layer) => {
    const name = layer.feature.properties.department, { value } = tints()[name] || {};
    if (!value) return [];
    const { lat, lng } = layer.getBounds().getCenter();
    return [{ id: `department ${name}`, label: value, lat, lon: lng }];
  });

  return { bounds, loadCommunes, outline, tint, values };
})();
