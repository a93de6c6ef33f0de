// Keys for the case list: j and k move through the queue, o goes to the next step. Everything works without this file.
"use strict";

const links = [...document.querySelectorAll("[data-queue] ol a")];
const typing = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;

function move(step) {
  const from = links.findIndex((link) => link === document.activeElement || link.hasAttribute("aria-current"));
  links[Math.min(Math.max(from + step, 0), links.length - 1)]?.focus();
}

const actions = { j: () => move(1), k: () => move(-1), o: () => document.querySelector("#moves button, #moves select")?.focus() };

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || typing(event.target)) return;
  const action = actions[event.key];
  if (action) {
    event.preventDefault();
    action();
  }
});
