// Opens the case that the link of a letter names. The key stands in the fragment, which no server, proxy or
// history of visits elsewhere gets to see; it is taken from the address at once.
const form = document.querySelector("form[data-track]");
const key = location.hash.slice(1);
if (form && key) {
  history.replaceState(null, "", location.pathname + location.search);
  form.elements.namedItem("link").value = key;
  form.requestSubmit();
}
