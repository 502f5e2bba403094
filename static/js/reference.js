// An address with #operation opens that operation.
function show() {
  const meant = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!meant?.matches("details")) return;
  meant.open = true;
  meant.scrollIntoView();
}
addEventListener("hashchange", show);
show();
