"use strict";
(() => {
  const later = JSON.parse(document.getElementById("later").textContent);
  const items = [...document.querySelectorAll(".item")];
  const packs = new Map();

  const unpack = async (index) => {
    const bytes = Uint8Array.from(atob(later.packs[index]), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  };

  const pack = (index) => {
    if (!packs.has(index)) packs.set(index, unpack(index));
    return packs.get(index);
  };

  const packed = async (place) => {
    const [index, entry] = place.split(" ").map(Number);
    const template = document.createElement("template");
    template.innerHTML = (await pack(index))[entry];
    return template.content;
  };

  const pictures = (root) => {
    for (const place of root.querySelectorAll("[data-again]")) {
      const embedded = document.querySelector(`img[data-picture="${CSS.escape(place.dataset.again)}"]`);
      const source = embedded ? embedded.src : later.pictures[place.dataset.again];
      if (!source) continue;
      const image = document.createElement("img");
      image.src = source;
      image.alt = image.title = place.dataset.name;
      place.replaceWith(image);
    }
  };

  const fill = async (item) => {
    if (!item.dataset.later) return;
    const place = item.dataset.later;
    delete item.dataset.later;
    const body = item.querySelector(".body");
    body.querySelector("[data-stub]").replaceWith(await packed(place));
    pictures(body);
  };

  const follow = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.closest("[hidden]")) {
      for (const id of ["words", "status", "deployment", "tag"]) {
        const choice = document.getElementById(id);
        if (choice) choice.value = "";
      }
      filter();
    }
    for (let place = target.closest("details"); place; place = place.parentElement.closest("details")) {
      place.hidden = false;
      place.open = true;
    }
    target.closest("details").scrollIntoView();
  };

  const chosen = (id) => document.getElementById(id)?.value ?? "";
  const texts = new Map();
  let read = false;

  const readAll = async () => {
    if (read) return;
    for (const item of items) {
      const place = item.dataset.later;
      const body = place ? (await packed(place)).textContent : "";
      texts.set(item, `${item.textContent} ${body}`.toLowerCase());
    }
    read = true;
  };

  const search = async () => {
    if (chosen("words").trim()) await readAll();
    filter();
  };

  const filter = () => {
    const words = chosen("words").toLowerCase().split(/\s+/).filter(Boolean);
    const [status, deployment, tag] = ["status", "deployment", "tag"].map(chosen);
    const filtered = words.length || status || deployment || tag;
    let shown = 0;
    for (const section of document.querySelectorAll(".section")) {
      let found = 0;
      for (const item of section.querySelectorAll(".item")) {
        const fits =
          (!status || section.dataset.status === status) &&
          (!deployment || item.dataset.deployment === deployment) &&
          (!tag || item.dataset.tags.split(" ").includes(tag)) &&
          words.every((word) => texts.get(item).includes(word));
        item.hidden = !fits;
        found += fits;
      }
      for (const block of section.querySelectorAll(".block")) {
        block.hidden = !block.querySelector(".item:not([hidden])");
      }
      section.hidden = !found;
      if (filtered && found) section.open = true;
      shown += found;
    }
    document.getElementById("shown").textContent = filtered
      ? `${shown.toLocaleString("en")} of ${items.length.toLocaleString("en")} shown`
      : "";
  };

  const step = (direction) => {
    const visible = items.filter((item) => !item.hidden && item.closest(".section").open);
    const open = visible.filter((item) => item.open);
    const next = visible[open.length ? visible.indexOf(open.at(-1)) + direction : 0];
    if (!next) return;
    for (const item of open) item.open = false;
    next.open = true;
    next.querySelector("summary").focus({ preventScroll: true });
    next.scrollIntoView();
  };

  document.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.matches?.(".item")) fill(event.target);
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.target.matches?.("input, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
    if (event.key === "/") {
      event.preventDefault();
      document.getElementById("words").focus();
    }
  });
  document.getElementById("filters").hidden = items.length < 2;
  document.getElementById("filters").addEventListener("input", search);
  addEventListener("hashchange", follow);
  pictures(document);
  follow();
})();
