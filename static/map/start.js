/* Where the frame begins: the page that folium made is rebuilt around its map, then every change is drawn in place.
 *
 * ccsp.start(map, {communes, colours})  once, from the constant base script; colours: {light: {sea: "#rrggbb", ...}, dark: {...}},
 *                                       the variables of style.css.
 * ccsp.draw(data)                       after each change, from the feature group.
 */
Object.assign(ccsp, (() => {
  "use strict";
  const { el } = ccsp.shapes;
  let panes;

  const send = (what) => window.Streamlit.setComponentValue({ ...what, t: Date.now() });
  const variables = (colours) => Object.entries(colours).map(([name, value]) => `--${name}:${value};`).join(" ");

  function build(map, { light, dark }) {
    const sheet = new CSSStyleSheet();    // outside <head>: the component rewrites the head's HTML
    sheet.replaceSync(`:root { ${variables(light)} } :root[data-theme=dark] { ${variables(dark)} } ${ccsp.style}`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    const frame = map.getContainer(), place = el("div", "south"), aside = el("aside");
    ccsp.root = el("div", "ccsp");
    ccsp.legendNode = el("div", "legend");
    frame.parentNode.insertBefore(ccsp.root, frame);
    aside.append(place, ccsp.legendNode);
    ccsp.root.append(frame, aside, ccsp.card.build());
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
          style: rule.style.getPropertyValue("font-style") || "normal",
          unicodeRange: rule.style.getPropertyValue("unicode-range") || "U+0-10FFFF" }));
      }
    }
    ccsp.root.style.fontFamily = family;
    document.fonts.addEventListener("loadingdone", ccsp.panes.layout);       // widths change with the typeface
  }

  function start(map, options) {
    document.documentElement.lang = "fr";
    ccsp.light = options.colours.light;   // colours of marks and of what stands on them: the same on any paper
    const place = build(map, options.colours);
    try { borrowFont(); } catch (refused) { ccsp.root.style.fontFamily = ""; }    // a frame apart keeps its own typeface
    panes = ccsp.panes.build(map, place);
    const plain = window.Streamlit.setFrameHeight;      // stacked panes are taller than the height asked for
    window.Streamlit.setFrameHeight = (height) => plain(ccsp.data ? ccsp.panes.tall() : height);
    new ResizeObserver(ccsp.panes.layout).observe(ccsp.root.parentNode);
    if (options.communes) ccsp.land.loadCommunes(options.communes, panes);
    replay();
  }

  function draw(data) {
    ccsp.data = data;
    document.documentElement.dataset.theme = data.dark ? "dark" : "light";
    for (const pane of panes) { ccsp.land.tint(pane); ccsp.marks.draw(pane); }
    ccsp.legend.draw(ccsp.legendNode);
    ccsp.panes.layout();
  }

  // The component ignores what arrives while its scripts load; the last message is played again after the start.
  let late = null;
  const hear = (event) => { if (event.data && event.data.type === "streamlit:render") late = event.data; };
  window.addEventListener("message", hear);
  function replay() {
    window.removeEventListener("message", hear);
    if (late) setTimeout(() => window.dispatchEvent(new MessageEvent("message", { data: late, source: window.parent })));
  }

  return { draw, send, start };
})());
