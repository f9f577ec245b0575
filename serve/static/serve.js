// The keyboard, the copy buttons and the filters' panel on phones. Every page works without this file.
"use strict";

const help = document.getElementById("help");
const search = document.getElementById("find");
const cards = () => [...document.querySelectorAll("#cards .card > a")];

function goTo(rel) {
  const link = document.querySelector(`a[rel="${rel}"]`);
  if (link) link.click();
}

// On a list, j and k move from card to card and over the page's end; on a pair's page, to the next pair.
function step(forward) {
  const all = cards();
  if (!all.length) return goTo(forward ? "next" : "prev");
  const here = all.indexOf(document.activeElement);
  const there = here < 0 ? (forward ? 0 : all.length - 1) : here + (forward ? 1 : -1);
  if (all[there]) all[there].focus();
  else goTo(forward ? "next" : "prev");
}

function escape() {
  const field = document.activeElement;
  if (field && (field.id === "find" || field.id === "q")) return field.blur();
  const up = document.querySelector('a[rel="up"]');
  if (up) up.click();
}

const keys = {
  "/": () => search && (search.focus(), search.select()),
  "?": () => help.showModal(),
  "j": () => step(true),
  "k": () => step(false),
  "ArrowRight": () => step(true),
  "ArrowLeft": () => step(false),
  "Escape": escape,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  const field = event.target.closest("input, textarea, select");
  if (field && event.key !== "Escape") return;
  if (event.key.startsWith("Arrow") && event.target.closest("pre, .scroll")) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.getElementById("help-button").addEventListener("click", () => help.showModal());

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    const status = document.getElementById("copied");
    try {
      await navigator.clipboard.writeText(source.textContent);
      status.textContent = "Copied.";
    } catch {
      // Browsers give the clipboard to https and loopback pages alone.
      getSelection().selectAllChildren(source);
      status.textContent = "Selected: copy it by Ctrl+C.";
    }
  });
}

// Shows the pairs nearest to something, under the filter that is chosen.
function showLike(like) {
  const address = new URL(location.href);
  address.searchParams.delete("page");
  address.searchParams.set("like", like);
  location.assign(address);
}

const image = document.getElementById("image");
if (image) image.addEventListener("change", async () => {
  const problem = document.getElementById("upload-problem");
  if (!image.files.length) return;
  problem.textContent = "";
  try {
    const answer = await fetch(image.dataset.action, { method: "POST", body: image.files[0] });
    const found = await answer.json();
    if (found.like) showLike(found.like);
    else problem.textContent = found.problem;
  } catch {
    problem.textContent = "The server does not answer.";
  }
});

// On a phone the filters would push the pairs off the screen.
const facets = document.getElementById("facets");
if (facets && matchMedia("(max-width: 820px)").matches) facets.open = false;
