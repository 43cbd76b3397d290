// Earlier answers: the tab's conversation after a reload, the list of conversations, and what stands under an answer.
// Gradio lets no button into a message, so those are drawn here, where render.py left their place.
"use strict";

(() => {
  const KEY = "conversation";
  const BAD = ["Not what I asked", "It should have refused", "Something is missing", "A quotation is wrong"];
  const FORMATS = { bib: "BibTeX", ris: "RIS", json: "CSL-JSON", md: "Markdown" };
  const THUMB = `<svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" fill="none" stroke="currentColor"
    stroke-width="1.6" stroke-linejoin="round" stroke-linecap="round"><path d="M3.500 10.500h3.500v9.500H3.500z"/><path
    d="M7 10.500l4-7.500c1.500 0 2.500 1.100 2.300 2.600l-.6 3.900h5.600c1.400 0 2.400 1.300 2 2.700l-1.600 6c-.3 1.100-1.200 1.800-2.300 1.800H10c-1.100
    0-2.100-.4-3-1"/></svg>`;

  function make(tag, attributes = {}, ...inside) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") element.addEventListener(name, value);
      else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...inside.filter((part) => part !== null));
    return element;
  }

  function button(told, work, attributes = {}) {
    return make("button", { type: "button", click: work, ...attributes }, told);
  }

  // Asking the server

  async function ask(address, options = {}) {
    let answer;
    try {
      answer = await fetch(address, options);
    } catch {
      throw new Error("The page does not answer: is Clippings still running?");
    }
    if (answer.ok) return answer;
    if (answer.status === 401) location.reload(); // signed out meanwhile: the page to sign in stands there
    const text = await answer.text();
    let told = text.trim() || `The page answered ${answer.status}.`;
    try {
      told = JSON.parse(text).detail ?? told;
    } catch {
      // a refusal in plain words
    }
    throw new Error(told);
  }

  function tell(address, fields) {
    const headers = { "Content-Type": "application/json" };
    return ask(address, { method: "POST", headers, body: JSON.stringify(fields) });
  }

  // Orders for the chat, which is in Gradio's hands: a box that nobody sees takes them

  let orders = 0;

  function order(...words) {
    const box = document.querySelector("#order :is(textarea, input)");
    if (!box) return;
    orders += 1;
    box.value = [orders, ...words].join(" ");
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    box.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true }));
  }

  // Which conversation this tab shows; another tab has its own

  let current = "";
  let returning = sessionStorage.getItem(KEY); // to be opened again, unless somebody asks before the page is ready

  function remember() {
    const mark = document.querySelector("#current :is(.ready, .current)");
    if (!mark) return;
    if (mark.classList.contains("ready")) {
      if (returning) order("open", returning);
      returning = null;
      return;
    }
    returning = null;
    const shown = mark.id.replace("conversation-", "").replace("none", "");
    document.body.classList.remove("returning");
    if (shown === current && sessionStorage.getItem(KEY) === (shown || null)) return;
    current = shown;
    if (shown) sessionStorage.setItem(KEY, shown);
    else sessionStorage.removeItem(KEY);
  }

  // Under an answer

  const rated = new Map(); // by the id of the asking: what was said here of its answer, and what is being said
  let opened = 0; // forms so far, for their names

  let awaited = ""; // the answer that is being replaced: whoever asked for that by keyboard stays there

  function another(element, how, turn, ...what) {
    const place = element.closest(".bot-row")?.querySelector(".actions");
    awaited = place?.id.split("-").slice(1, 3).join("-") ?? "";
    order(how, turn, ...what);
  }

  function drawActions(place) {
    const [, conversation, number, turn] = place.id.split("-");
    const address = `/conversations/${conversation}/${number}`;
    if (!rated.has(turn)) {
      const thumb = ["up", "down"].find((one) => place.classList.contains(`rated-${one}`)) ?? null;
      rated.set(turn, { thumb, reason: place.textContent.trim(), open: false });
    }
    const told = make("span", { class: "told", role: "status" });
    const row = make("div", { class: "row", role: "group", "aria-label": "This answer" });
    place.replaceChildren(row);
    if (!place.classList.contains("finished")) {
      const again = button("Ask again", () => another(again, "again", turn), { class: "act" });
      row.append(again);
      return;
    }
    const cites = place.classList.contains("cites");
    const copying = button("Copy", () => copy(copying, told, address), { class: "act" });
    row.append(copying, exporting(address, cites));
    for (const thumb of ["up", "down"]) {
      const name = thumb === "up" ? "Good answer" : "Bad answer";
      const press = button("", () => rate(thumb), { class: `act thumb ${thumb}`, "aria-label": name, title: name });
      press.innerHTML = THUMB;
      row.append(press);
    }
    row.append(told);
    paint();
    if (awaited === `${conversation}-${number}`) {
      awaited = "";
      if (document.activeElement === document.body) copying.focus({ preventScroll: true });
    }

    function paint() {
      const state = rated.get(turn);
      for (const thumb of ["up", "down"])
        row.querySelector(`.thumb.${thumb}`).setAttribute("aria-pressed", String(state.thumb === thumb));
      place.querySelector(".rating")?.remove();
      row.querySelector(".reason")?.remove();
      if (!state.thumb) return;
      if (state.open) {
        const sheet = form(state, send, close);
        place.append(sheet);
        sheet.scrollIntoView({ block: "nearest" });
      } else {
        const change = button(state.reason || "Say why", open, { class: "act reason" });
        if (state.reason) change.setAttribute("aria-label", `Change the reason: ${state.reason}`);
        row.insertBefore(change, told);
      }
    }

    function open() {
      rated.get(turn).open = true;
      paint();
      place.querySelector(".rating :is(button, input)").focus();
    }

    function close() {
      rated.get(turn).open = false;
      paint();
      row.querySelector(".reason").focus();
    }

    async function rate(thumb) {
      const state = rated.get(turn);
      const back = state.thumb === thumb; // pressed again: taken back
      if (await send({ thumb: back ? null : thumb, reason: "" }, back ? "Taken back." : "Noted.")) {
        state.open = !back;
        paint();
      }
    }

    async function send(rating, said) {
      try {
        await tell("/conversations/rate", { id: conversation, number: Number(number), asked: turn, ...rating });
        Object.assign(rated.get(turn), rating);
        say(told, said);
        return true;
      } catch (error) {
        say(told, error.message);
        return false;
      }
    }
  }

  function say(told, words) {
    told.textContent = "";
    requestAnimationFrame(() => (told.textContent = words)); // said again where it is the same
  }

  function form(state, send, close) {
    opened += 1;
    const [ready, ...words] = BAD.some((one) => state.reason.startsWith(one)) ? state.reason.split(": ") : ["", state.reason];
    let chosen = ready;
    const text = make("input", { type: "text", id: `why-${opened}`, maxlength: 900, autocomplete: "off" });
    text.value = words.join(": ");
    const whole = () => [chosen, text.value.trim()].filter(Boolean).join(": ");
    const save = () => send({ thumb: state.thumb, reason: whole() }, "Noted.");
    const reasons = make("div", { class: "reasons", role: "group", "aria-label": "What is wrong" });
    for (const reason of state.thumb === "down" ? BAD : []) {
      const choice = button(reason, () => {
        chosen = chosen === reason ? "" : reason;
        for (const other of reasons.children) other.setAttribute("aria-pressed", String(other.textContent === chosen));
        save();
      });
      choice.setAttribute("aria-pressed", String(reason === chosen));
      reasons.append(choice);
    }
    const lead = state.thumb === "down" ? "What is wrong, in your words (optional)" : "What is good, in your words (optional)";
    const sheet = make(
      "form",
      { class: "rating", submit: (event) => submitted(event) },
      state.thumb === "down" ? reasons : null,
      make("label", { for: text.id }, lead),
      make("div", { class: "line" }, text, make("button", { type: "submit", class: "act done" }, "Done")),
    );
    async function submitted(event) {
      event.preventDefault();
      if (whole() === state.reason || (await save())) close();
    }
    sheet.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      close();
    });
    return sheet;
  }

  function exporting(address, cites) {
    const links = Object.entries(FORMATS)
      .filter(([suffix]) => cites || suffix === "md")
      .map(([suffix, name]) => make("a", { href: `${address}.${suffix}`, download: true }, name));
    const menu = make("details", { class: "export" }, make("summary", { class: "act" }, "Export"), make("div", {}, ...links));
    menu.addEventListener("click", (event) => {
      if (!event.target.closest("a")) return;
      menu.open = false; // the file comes all the same
      menu.querySelector("summary").focus();
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      event.preventDefault();
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    return menu;
  }

  async function copy(pressed, told, address) {
    try {
      const text = ask(`${address}.md`).then((answer) => answer.blob());
      // Some browsers copy only what was begun at the press itself, and so take what is still to come.
      const later = text.then((blob) => new Blob([blob], { type: "text/plain" }));
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": later })]);
      pressed.textContent = "Copied";
      say(told, "");
      setTimeout(() => (pressed.textContent = "Copy"), 2500);
    } catch (error) {
      say(told, `Not copied: ${error.message}`);
    }
  }

  // Filters that can be taken away

  function drawChip(chip) {
    const [, turn, ...what] = chip.id.split("-");
    const remove = button("×", () => another(chip, "without", turn, what.join("-")));
    remove.setAttribute("aria-label", `Search without: ${chip.textContent}`);
    chip.append(remove);
  }

  function drawWithout(told) {
    const back = button("Put back", () => another(told, "afresh", told.id.replace("without-", "")), { class: "act" });
    told.append(" ", back);
  }

  // The list of conversations

  const list = make("dialog", { id: "past", "aria-labelledby": "past-title" });
  list.innerHTML = `
    <div class="head"><h2 id="past-title" tabindex="-1">Conversations</h2><button type="button" class="close">Close</button></div>
    <input type="search" class="sought" aria-label="Search the first questions" placeholder="Search the first questions" autocomplete="off">
    <p class="told" role="status"></p><ul></ul>`;
  const within = (selector) => list.querySelector(selector);
  let all = [];

  async function showList() {
    within(".sought").value = "";
    within("ul").replaceChildren();
    within(".told").textContent = "";
    list.showModal();
    within("#past-title").focus();
    await refresh();
  }

  async function refresh() {
    try {
      const found = await (await ask("/conversations/list")).json();
      all = found.conversations;
      fill();
      if (found.trouble) within(".told").textContent = found.trouble;
    } catch (error) {
      within(".told").textContent = error.message;
    }
  }

  function fill() {
    const words = folded(within(".sought").value).split(/\s+/);
    const some = all.filter((one) => words.every((word) => folded(one.title).includes(word)));
    within(".sought").hidden = all.length < 8;
    within("ul").replaceChildren(...some.map(rowOf));
    within(".told").textContent = all.length ? (some.length ? "" : "No first question has these words.") : "None yet.";
  }

  function folded(text) {
    return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  }

  function rowOf(one) {
    const when = one.changed ? new Date(one.changed).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" }) : "";
    const count = `${one.questions.toLocaleString("en")}\u00a0${one.questions === 1 ? "question" : "questions"}`;
    const open = button(one.title, () => choose(one), { class: "title", dir: "auto" });
    if (one.id === current) open.setAttribute("aria-current", "true");
    const remove = button("Delete", () => askBack(one, row), { class: "act" });
    remove.setAttribute("aria-label", `Delete “${one.title}”`);
    const here = one.id === current ? "open here" : "";
    const facts = make("span", { class: "facts" }, [when, count, here].filter(Boolean).join(" · "));
    const row = make("li", {}, open, facts, remove);
    return row;
  }

  function choose(one) {
    list.close();
    document.querySelector("#tab-ask").click();
    if (one.id === current) return;
    rated.clear();
    order("open", one.id);
    document.querySelector("#question textarea")?.focus({ preventScroll: true });
  }

  function askBack(one, row) {
    const told = "Delete this conversation for good? Ratings that you gave stay in the store’s feedback folder.";
    const back = () => {
      sheet.replaceWith(rowOf(one));
      within("#past-title").focus();
    };
    const keep = button("Keep", back, { class: "act" });
    const yes = button("Delete", () => remove(one), { class: "act yes" });
    const sheet = make(
      "li",
      { class: "asking" },
      make("span", { class: "title", dir: "auto" }, one.title),
      make("span", { class: "facts" }, told),
      make("span", { class: "line" }, keep, yes),
    );
    row.replaceWith(sheet);
    keep.focus();
  }

  async function remove(one) {
    try {
      await tell("/conversations/delete", { id: one.id });
    } catch (error) {
      within(".told").textContent = error.message;
      return;
    }
    if (one.id === current) document.querySelector("#new-chat")?.click();
    await refresh();
    within("#past-title").focus();
    if (!within(".told").textContent) within(".told").textContent = "Deleted.";
  }

  function follow() {
    remember();
    for (const place of document.querySelectorAll("#chat .actions:not(:has(> .row))")) drawActions(place);
    for (const chip of document.querySelectorAll("#chat .chip:not(:has(button))")) drawChip(chip);
    for (const told of document.querySelectorAll("#chat .without:not(:has(button))")) drawWithout(told);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#conversations")) showList();
    for (const menu of document.querySelectorAll("#chat .export[open]"))
      if (!menu.contains(event.target)) menu.open = false;
  });

  document.addEventListener("DOMContentLoaded", () => {
    if (returning) document.body.classList.add("returning");
    document.body.append(list);
    within(".close").addEventListener("click", () => list.close());
    within(".sought").addEventListener("input", fill);
    new MutationObserver(follow).observe(document.querySelector("gradio-app"), {
      attributeFilter: ["id"],
      childList: true,
      subtree: true,
    });
    follow();
  });
})();
