// Keys for the desk, like those of a mail client. Everything works without this file, and the switch in the
// list of keys turns single keys off for those who speak to their machine.
"use strict";

const OFF = "caveat-keys-off";
const links = [...document.querySelectorAll("[data-queue] ol a")];
const help = document.querySelector(".keys-help");
const toggle = document.querySelector("[data-keys]");
const typing = (target) => target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]") !== null;

function move(step) {
  const from = links.findIndex((link) => link === document.activeElement || link.hasAttribute("aria-current"));
  links[Math.min(Math.max(from + step, 0), links.length - 1)]?.focus();
}

function ask() {
  document.querySelector("#purpose")?.focus();
}

function showKeys() {
  help.open = !help.open;
  help.querySelector("summary").focus();
}

// A field is focused, a fold opened with the focus inside of it, anything else pressed.
function press(target) {
  if (target.tagName === "SUMMARY") {
    target.parentElement.open = true;
    target.parentElement.querySelector("select, input:not([type=hidden]), textarea")?.focus();
  } else if (target.tagName === "INPUT") {
    target.focus();
  } else {
    target.click();
  }
}

const actions = {
  j: () => move(1),
  k: () => move(-1),
  o: () => document.querySelector("#moves :is(button, summary)")?.focus(),
  p: ask,
  "?": showKeys,
};

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || !toggle?.checked || typing(event.target)) return;
  const target = document.querySelector(`[data-press="${CSS.escape(event.key)}"]`);
  const action = actions[event.key] ?? (target && (() => press(target)));
  if (!action) return;
  event.preventDefault();
  action();
});

function remember() {
  document.documentElement.classList.toggle("no-keys", !toggle.checked);
}

if (toggle) {
  toggle.checked = localStorage.getItem(OFF) === null;
  remember();
  toggle.addEventListener("change", () => {
    if (toggle.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    remember();
  });
}
