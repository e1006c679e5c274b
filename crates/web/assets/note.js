// A note: how many characters are left, or how many are too many. The form works without this.
"use strict";
(() => {
  const note = document.querySelector("textarea[data-max]");
  const told = document.getElementById("note-count");
  if (!note || !told) return;
  const tell = () => {
    const left = Number(note.dataset.max) - [...note.value.trim()].length;
    const kind = left < 0 ? "over" : "left";
    const n = Math.abs(left);
    told.textContent = told.dataset[n === 1 ? `${kind}One` : kind].replace("{n}", n);
    told.classList.toggle("error", left < 0);
  };
  // A screen reader hears it when the writing rests.
  let rest;
  note.addEventListener("input", () => { clearTimeout(rest); rest = setTimeout(tell, 400); });
  tell();
})();
