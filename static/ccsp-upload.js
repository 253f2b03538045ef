// How far files are on their way, and a button that stops them. Without this script the browser says so in its own way, and all
// else is the same: what is shown is the page that the form would have led to.
"use strict";
(function () {
  var form = document.querySelector("form[data-most]");
  if (!form || !window.FormData) return;
  var box = form.querySelector(".progress"), said = box.querySelector("[role=status]"), bar = box.querySelector("progress");
  var button = form.querySelector("button:not([type=button])"), stop = box.querySelector("button");
  var most = Number(form.getAttribute("data-most")) * 1024 * 1024;

  // The browser's own field speaks its own language: ours lies under it, where the script can say what was chosen.
  var field = form.querySelector("[type=file]"), picked = form.querySelector(".picked"), none = picked.textContent;
  function names() {
    var all = Array.prototype.map.call(field.files, function (one) { return one.name; });
    picked.textContent = all.length ? all.join(", ") : none;
  }
  form.classList.add("scripted");
  field.addEventListener("change", names);
  window.addEventListener("pageshow", names);

  function end(words) {
    said.textContent = words;
    bar.hidden = stop.hidden = true;
    button.disabled = false;
  }

  // Where the answer stands at an address of its own it is opened there, so that one can go back and reload.
  function show(request) {
    var address = request.getResponseHeader("content-location");
    if (address) return location.assign(address);
    document.open();
    document.write(request.responseText);
    document.close();
  }

  form.addEventListener("submit", function (event) {
    var files = form.querySelector("[type=file]").files, request = new XMLHttpRequest();
    event.preventDefault();
    box.hidden = false;
    for (var i = 0; i < files.length; i += 1) {
      if (files[i].size > most) return end("« " + files[i].name + " » est trop lourd : le remettre en plusieurs fichiers.");
    }
    bar.hidden = stop.hidden = false;
    bar.removeAttribute("value");
    button.disabled = true;
    said.textContent = "Envoi…";
    request.upload.onprogress = function (sent) {
      if (!sent.lengthComputable) return;
      bar.value = sent.loaded / sent.total;
      said.textContent = "Envoi : " + Math.floor(100 * sent.loaded / sent.total) + " %";
    };
    request.upload.onload = function () {
      bar.removeAttribute("value");
      said.textContent = "Envoyé. Vérification en cours…";
    };
    request.onload = function () { show(request); };
    request.onerror = function () { end("La ligne a été coupée : rien n'est gardé. Vérifier de nouveau."); };
    request.onabort = function () { end("Envoi arrêté : rien n'est gardé."); };
    request.open("POST", form.action);
    request.setRequestHeader("x-requested-with", "ccsp-upload");
    request.send(new FormData(form));
    stop.onclick = function () { request.abort(); };
  });
})();
