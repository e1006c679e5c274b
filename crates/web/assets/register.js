// The register: counts on the button, keys for who wants them. The form works without this.
"use strict";
(() => {
  const form = document.querySelector("form.register");
  if (!form) return;
  const rows = [...form.querySelectorAll(".sheet li")];
  const sum = form.querySelector(".sum");
  const count = () => {
    const of = (value) => form.querySelectorAll(`input[value="${value}"]:checked`).length;
    const words = of("elsewhere") > 0 ? form.dataset.sumMore : form.dataset.sum;
    sum.textContent = words.replace(/\{(\w+)\}/g, (_, value) => of(value));
  };
  const choices = { p: "present", a: "absent", l: "late", e: "elsewhere" };
  const at = () => rows.findIndex((row) => row.contains(document.activeElement));
  const focus = (row) => (row?.querySelector("input:checked") ?? row?.querySelector("input"))?.focus();
  // On the screen of a classroom: names alone, nobody's absence.
  const names = form.querySelector(".names-only");
  const showNames = (only) => {
    form.classList.toggle("bare", only);
    names.setAttribute("aria-pressed", only);
    if (only) names.focus(); else focus(rows[0]);
  };
  names.hidden = false;
  names.addEventListener("click", () => showNames(!form.classList.contains("bare")));
  form.addEventListener("change", count);
  form.addEventListener("keydown", (event) => {
    const here = at();
    const typing = event.target.type === "text";
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!typing && event.key.toLowerCase() === "n") {
      event.preventDefault();
      showNames(!form.classList.contains("bare"));
      return;
    }
    if (here < 0) return;
    if (event.key === "Enter") {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      focus(rows[here + (event.key === "ArrowDown" ? 1 : -1)]);
      return;
    }
    if (typing) return;
    const value = choices[event.key.toLowerCase()];
    if (!value) return;
    event.preventDefault();
    const input = rows[here].querySelector(`input[value="${value}"]`);
    input.checked = true;
    input.focus();
    count();
    if (value !== "late") return;
    const minutes = rows[here].querySelector("input[type=text]");
    minutes.focus();
    minutes.select();
  });
  // Sent once: a second press while the first is on its way changes nothing.
  form.addEventListener("submit", () => {
    setTimeout(() => { form.querySelector(".save button").disabled = true; }, 0);
  });
  addEventListener("pageshow", () => { form.querySelector(".save button").disabled = false; count(); });
  // What is wrong has the focus first, which the page itself gives.
  if (!document.querySelector(".errors")) focus(rows[0]);
})();
