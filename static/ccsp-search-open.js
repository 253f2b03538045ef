// « Chercher », on every page: its button, or « / » where nobody types, brings what it takes, at the first press and not before.
(() => {
  "use strict";
  const files = document.querySelector("meta[name=ccsp-search]")?.content.split(" ");
  if (!files) return;
  let box = null, coming = false, early = "", entered = false;

  async function open() {
    if (coming) return;
    [coming, early, entered] = [true, "", false];
    box ??= Promise.all([import(files[0]), import(files[1])]).then(([matcher, found]) => found.make(matcher, files[2]));
    try {
      (await box).open(early, entered);
    } catch {
      box = null;  // without the server: the page says that it is away, and the next press tries again
    }
    coming = false;
  }

  // What is typed while the box is on its way is not lost, nor does it act on the page.
  addEventListener("keydown", (event) => {
    if (!coming || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") entered = Boolean(early);
    else if (event.key.length === 1) [early, entered] = [early + event.key, false];
    else if (event.key === "Backspace") [early, entered] = [early.slice(0, -1), false];
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  document.addEventListener("click", (event) => { if (event.target.closest?.(".ccsp-find")) open(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const at = event.target;
    // A box that was just closed has the keyboard until the page is drawn again: nobody types there.
    const isTyped = !at.closest?.("dialog:not([open])");
    if (isTyped && at.closest?.("input, textarea, select, dialog, [contenteditable=true], [role=spinbutton], [role=alertdialog]")) return;
    if (document.querySelector("#ccsp-presentation, #ccsp-cover")) return;
    event.preventDefault();
    open();
  });
})();
