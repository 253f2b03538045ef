// The link of a guest stands behind the # of the address, which no server is told: it is put into the form, and taken out of
// the address, so that neither the browser's history nor a picture of the screen keeps it.
"use strict";
(() => {
  const field = document.querySelector("[name=lien]");
  if (!field || location.hash.length < 2) return;
  field.value = location.hash.slice(1);
  field.closest("label").hidden = true;
  history.replaceState(null, "", location.pathname);
})();
