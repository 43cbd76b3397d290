// The reader beside the page, and what Gradio's chat lacks for those who use no mouse.
"use strict";

(() => {
  const LINKS = ':is(#chat, #library) a[href^="/articles/"]';
  const narrow = window.matchMedia("(max-width: 899px)");
  let opener = null; // the address of the link that opened the reader: its element may have been drawn anew

  const reader = document.createElement("aside");
  reader.id = "reader";
  reader.hidden = true;
  reader.setAttribute("aria-label", "Article");
  reader.innerHTML = `
    <div class="reader-bar">
      <a class="reader-alone" target="_blank" rel="noopener">Open on its own</a>
      <button type="button" class="reader-close" aria-label="Close the article">Close</button>
    </div>`;
  const shade = document.createElement("div");
  shade.id = "shade";
  shade.hidden = true;

  function open(link) {
    const address = link.getAttribute("href");
    mark(null);
    opener = address;
    reader.querySelector("iframe")?.remove();
    // A new frame each time: the article is read again, and the way back is not filled with articles.
    const frame = document.createElement("iframe");
    frame.name = "reader";
    frame.title = "Article";
    frame.addEventListener("load", () => enter(frame));
    frame.src = address;
    reader.querySelector(".reader-alone").href = address;
    reader.hidden = false;
    shade.hidden = false;
    document.body.classList.add("reading");
    reader.append(frame);
    mark(address);
    settle();
    requestAnimationFrame(() => {
      if (!narrow.matches) link.scrollIntoView({ block: "nearest" });
    });
  }

  function enter(frame) {
    const inside = frame.contentDocument;
    if (!inside) return;
    inside.addEventListener("keydown", onKey);
    const words = inside.getElementById("quotation");
    frame.focus();
    if (words) {
      words.focus({ preventScroll: true });
      words.scrollIntoView({ block: "center" });
    }
  }

  function close() {
    if (reader.hidden) return;
    reader.hidden = true;
    shade.hidden = true;
    reader.querySelector("iframe")?.remove();
    document.body.classList.remove("reading");
    settle();
    const back = links().find((link) => link.getAttribute("href") === opener);
    mark(null);
    (back ?? document.querySelector("[role=tab][aria-selected=true]")).focus();
  }

  // As a sheet the reader covers the page, which then must not be reached with the Tab key.
  function settle() {
    for (const part of document.querySelectorAll("#masthead, #ask, #library"))
      part.inert = narrow.matches && !reader.hidden;
  }

  function links() {
    return [...document.querySelectorAll(LINKS)];
  }

  function mark(address) {
    for (const link of links()) {
      if (address !== null && link.getAttribute("href") === address) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  function onKey(event) {
    if (event.key === "Escape" && !reader.hidden) {
      event.preventDefault();
      close();
    }
  }

  document.addEventListener(
    "click",
    (event) => {
      const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
      const link = event.target.closest?.(LINKS);
      if (!link || !plain) return;
      event.preventDefault();
      event.stopPropagation();
      open(link);
    },
    true,
  );
  document.addEventListener("keydown", onKey);
  narrow.addEventListener("change", settle);

  let asked = 0;
  function follow() {
    // Gradio names each message by its own source; a person is told whose it is.
    for (const message of document.querySelectorAll("#chat [data-testid='user'], #chat [data-testid='bot']")) {
      const name = message.dataset.testid === "user" ? "Question" : "Answer";
      if (message.getAttribute("aria-label") !== name) message.setAttribute("aria-label", name);
    }
    const questions = document.querySelectorAll("#chat .user-row");
    if (questions.length > asked) questions[questions.length - 1].scrollIntoView({ block: "start" });
    asked = questions.length;
    if (!reader.hidden) mark(opener);
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.documentElement.lang = "en";
    document.body.append(shade, reader);
    reader.querySelector(".reader-close").addEventListener("click", close);
    shade.addEventListener("click", close);
    new MutationObserver(follow).observe(document.querySelector("gradio-app"), {
      attributeFilter: ["aria-label"],
      childList: true,
      subtree: true,
    });
  });
})();
