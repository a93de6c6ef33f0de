// The frame's menu closes on Escape and on a press elsewhere. Everything works without this file.
"use strict";

const menu = document.querySelector("details.who");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu?.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("click", (event) => {
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
});
