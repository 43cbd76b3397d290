// The two tabs, and the Library: what the store holds and what can be done about it. What articles and files are
// called is only ever set as text.
"use strict";

(() => {
  const FILES = 200; // at a time
  const BYTES = 1e9; // of all of them
  const FILE = 50e6; // bytes of one
  const WATCHING = "What changes in them is taken in within seconds. Off again when the page is started anew.";
  const $ = (id) => document.getElementById(id);

  function make(tag, attributes = {}, ...inside) {
    const svg = ["svg", "g", "rect", "line", "text", "title", "path"].includes(tag);
    const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") element.addEventListener(name, value);
      else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...inside.filter((part) => part !== null));
    return element;
  }

  function counted(number, one, many) {
    return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
  }

  // Asking the server

  async function heard(answer) {
    if (answer.status === 401) location.reload(); // signed out meanwhile: the page to sign in stands there
    const text = await answer.text();
    let fields = null;
    try {
      fields = JSON.parse(text);
    } catch {
      // a refusal in plain words
    }
    if (!answer.ok) throw new Error(fields?.detail ?? (text.trim() || `The page answered ${answer.status}.`));
    return fields;
  }

  async function ask(address, options = {}) {
    let answer;
    try {
      answer = await fetch(address, options);
    } catch {
      throw new Error("The page does not answer: is Clippings still running?");
    }
    return heard(answer);
  }

  function tell(address, fields = {}) {
    const headers = { "Content-Type": "application/json" };
    return ask(address, { method: "POST", headers, body: JSON.stringify(fields) });
  }

  // Whatever fails is said in one line, where it was asked for
  async function trying(place, work) {
    place.textContent = "";
    try {
      await work();
      return true;
    } catch (error) {
      place.textContent = error.message;
      return false;
    }
  }

  // Tabs

  const scrolled = { ask: 0, library: 0 };
  let shown = "ask";

  function tabs() {
    return [$("tab-ask"), $("tab-library")];
  }

  function turn() {
    const wanted = location.hash === "#library" ? "library" : "ask";
    if (wanted === shown) return;
    scrolled[shown] = window.scrollY;
    shown = wanted;
    for (const tab of tabs()) {
      const chosen = tab.getAttribute("aria-controls") === shown;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      $(tab.getAttribute("aria-controls")).hidden = !chosen;
    }
    window.scrollTo(0, scrolled[shown]);
    suggest();
    if (shown === "library") {
      look();
      refresh();
    }
  }

  function choose(tab) {
    const library = tab === $("tab-library");
    if (library !== (shown === "library")) history.pushState(null, "", library ? "#library" : location.pathname);
    turn();
    tab.focus();
  }

  function walk(event) {
    const all = tabs();
    const at = all.indexOf(event.target);
    const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 };
    if (at < 0 || !(event.key in steps)) return;
    event.preventDefault();
    choose(all[(steps[event.key] + all.length) % all.length]);
  }

  // The state, looked at again and again while somebody can see it

  let state = null;
  let timer = 0;
  let looks = 0;

  async function look() {
    clearTimeout(timer);
    const mine = ++looks;
    let fresh = null;
    try {
      fresh = await ask("/library/state");
    } catch (error) {
      if (mine === looks) $("trouble").textContent = error.message;
    }
    if (mine !== looks) return;
    if (fresh) take(fresh);
    if (!document.hidden) timer = setTimeout(look, state?.building ? 1000 : 5000);
  }

  function take(fresh) {
    const before = state;
    state = fresh;
    $("trouble").textContent = state.trouble;
    document.querySelector("#masthead .facts").textContent = state.told;
    const { name } = state.account;
    document.body.classList.toggle("guest", guest());
    document.querySelector("#masthead .account").hidden = !name;
    document.querySelector("#masthead .account bdi").textContent = name;
    document.querySelector("#adding .shared").hidden = !guest();
    document.body.classList.toggle("no-articles", state.articles === 0);
    document.body.classList.toggle("no-store", state.generation === 0);
    const count = $("unread-count");
    count.hidden = state.unreadable === 0;
    count.textContent = state.unreadable.toLocaleString("en");
    $("unread-told").textContent = state.unreadable
      ? `, ${counted(state.unreadable, "file", "files")} could not be read`
      : "";
    working();
    refresh(before?.revision !== state.revision);
    if (before && before.generation !== state.generation) outdated = true;
    suggest();
  }

  // One of several users, who may not change what is another's
  function guest() {
    return state !== null && !state.account.owner;
  }

  // The chat's examples are found anew by Gradio, in whose hands they are; that takes a while, so only where they show.
  let outdated = false;

  function suggest() {
    if (!outdated || shown !== "ask" || !$("welcome")?.offsetParent) return;
    outdated = false;
    $("suggest-again")?.click();
  }

  function working() {
    const { building, last } = state;
    $("running").hidden = !building;
    $("again").disabled = Boolean(building);
    if (building) {
      $("running-told").textContent = building.told;
      const bar = $("running-bar");
      if (building.total > 1) {
        bar.max = building.total;
        bar.value = building.done;
      } else bar.removeAttribute("value");
    }
    const told = building || !last ? "" : last.told;
    if ($("ended").textContent !== told) $("ended").textContent = told;
    $("ended").classList.toggle("trouble", Boolean(told) && last.how === "failed");
    $("watching").setAttribute("aria-checked", String(state.watching.on));
    $("watching-told").textContent = state.watching.told || WATCHING;
  }

  let stale = true;

  async function refresh(changed = false) {
    stale ||= changed;
    if (!stale || shown !== "library") return;
    stale = false;
    const whole = await Promise.all([
      list(),
      trying($("trouble"), async () => places(await ask("/library/places"))),
      trying($("trouble"), async () => cover(await ask("/library/coverage"))),
    ]);
    if (whole.includes(false)) stale = true; // tried again with the next look
  }

  // Adding files

  let kinds = [];
  let adding = Promise.resolve();

  function wrong(file) {
    if (!kinds.some((kind) => file.name.toLowerCase().endsWith(kind))) return "this kind of file is not read";
    if (file.size > FILE) return `larger than ${FILE / 1e6} MB`;
    return file.size === 0 ? "empty" : "";
  }

  function add(chosen) {
    const files = [...chosen]; // the list empties itself with its input
    if (files.length) adding = adding.then(() => send(files));
  }

  async function send(files) {
    const told = $("sending-told");
    $("sending").hidden = false;
    $("sent").replaceChildren();
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (files.length > FILES || size > BYTES) {
      told.textContent = `${counted(files.length, "file", "files")} of ${Math.ceil(size / 1e6)} MB are too many at a time: up to ${FILES} files and 1 GB are taken.${guest() ? "" : " Name their folder instead."}`;
      return;
    }
    const rows = files.map((file) => {
      const result = make("span", { class: "result" }, "waiting");
      const row = make("li", {}, make("span", { class: "path" }, file.name), result);
      $("sent").append(row);
      return [file, row, result];
    });
    if (!kinds.length) await trying($("trouble"), async () => places(await ask("/library/places")));
    let added = 0;
    for (const [number, [file, row, result]] of rows.entries()) {
      told.textContent = `Adding ${number + 1} of ${files.length} …`;
      row.className = "";
      try {
        const reason = wrong(file);
        if (reason) throw new Error(reason);
        const taken = await put(file, (part) => (result.textContent = `${Math.floor(part * 100)} %`));
        const other = taken.name === file.name ? "" : ` as ${taken.name}`;
        result.textContent = taken.how === "there" ? `already there${other}` : `added${other}`;
        row.className = taken.how;
        added += 1;
      } catch (error) {
        result.textContent = `not added: ${error.message}`;
        row.className = "not";
      }
    }
    const left = files.length - added;
    told.textContent = `${counted(added, "file", "files")} taken${left ? `, ${left} not` : ""}.`;
    if (added) await trying($("trouble"), () => tell("/library/index", { uploads: true }));
    look();
  }

  // fetch tells nothing of how far it is.
  function put(file, progress) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", `/library/files?${new URLSearchParams({ name: file.name })}`);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.addEventListener("progress", (event) => progress(event.loaded / (event.total || 1)));
      request.addEventListener("error", () => reject(new Error("the connection was cut")));
      request.addEventListener("load", () =>
        heard(new Response(request.responseText, { status: request.status })).then(resolve, reject),
      );
      request.send(file);
    });
  }

  function dropped(event) {
    event.preventDefault();
    $("drop").classList.remove("over");
    const items = [...(event.dataTransfer?.items ?? [])];
    const folder = items.some((item) => item.webkitGetAsEntry?.()?.isDirectory);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (!files.length) return;
    if (shown !== "library") choose($("tab-library"));
    if (folder && guest()) $("trouble").textContent = "A folder can't be added: choose its files.";
    else if (folder) $("folder-told").textContent = "A folder is added by its path: type it here.";
    else add(files);
  }

  function holdsFiles(event) {
    return [...(event.dataTransfer?.types ?? [])].includes("Files");
  }

  async function addFolder(event) {
    event.preventDefault();
    const field = $("folder-path");
    const done = await trying($("folder-told"), () => tell("/library/folders", { path: field.value }));
    field.setAttribute("aria-invalid", String(!done));
    if (done) field.value = "";
    else field.focus();
    look();
  }

  // Articles

  const everything = { text: "", publisher: "", root: "", mark: "", since: "", until: "" };
  const wanted = { ...everything, sort: "published", descending: true, page: 1 };
  let listing = 0;

  async function list() {
    const mine = ++listing;
    return trying($("trouble"), async () => {
      const asked = Object.entries(wanted).filter(([, value]) => value !== "");
      const found = await ask(`/library/articles?${new URLSearchParams(asked)}`);
      if (mine === listing) rows(found);
    });
  }

  function rows(found) {
    $("articles").hidden = found.all === 0;
    $("articles").classList.toggle("unmarked", found.marks.length === 0);
    options($("wanted-publisher"), "All publishers", found.publishers);
    options($("wanted-root"), "All folders", found.roots);
    options($("wanted-mark"), "Any", found.marks);
    wanted.page = found.page;
    const filtered = Object.keys(everything).some((name) => wanted[name] !== "");
    const all = counted(found.all, "article", "articles");
    $("found-told").textContent = filtered ? `${found.found.toLocaleString("en")} of ${all}` : all;
    $("all").hidden = !filtered;
    for (const head of document.querySelectorAll("#rows th[data-column]")) {
      if (head.dataset.column !== wanted.sort) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", wanted.descending ? "descending" : "ascending");
    }
    const held = document.activeElement?.closest?.("#rows tbody tr");
    const part = document.activeElement?.tagName;
    const body = document.querySelector("#rows tbody");
    body.replaceChildren(...found.rows.map(row));
    if (held) {
      const same = [...body.children].find((other) => other.dataset.id === held.dataset.id);
      (same?.querySelector(part === "BUTTON" ? "button" : "a") ?? $("articles-title")).focus();
    }
    $("pages").hidden = found.pages < 2;
    $("page-told").textContent = `Page ${found.page.toLocaleString("en")} of ${found.pages.toLocaleString("en")}`;
    $("before").disabled = found.page <= 1;
    $("after").disabled = found.page >= found.pages;
  }

  function options(select, all, some) {
    const chosen = wanted[select.name];
    const named = some.map(({ value, name, articles }) => [value, `${name} (${articles.toLocaleString("en")})`]);
    if (chosen && !named.some(([value]) => value === chosen)) named.push([chosen, `${chosen} (0)`]);
    select.replaceChildren(
      make("option", { value: "" }, all),
      ...named.map(([value, name]) => make("option", { value, selected: value === chosen }, name)),
    );
    select.value = chosen;
  }

  function row(one) {
    const cell = (name, ...inside) => make("td", { role: "cell", class: name }, ...inside);
    const remove =
      one.removable || one.file
        ? make("button", { type: "button", class: "quiet", click: () => removeArticle(one) }, "Remove")
        : null;
    remove?.setAttribute("aria-label", `Remove ${one.title}`);
    const unit = one.passages === 1 ? " passage" : " passages"; // its column says it where there are columns
    return make(
      "tr",
      { role: "row", "data-id": one.id },
      cell("title", make("a", { href: one.address, dir: "auto" }, one.title), make("span", { class: "path" }, one.path)),
      cell("publisher", make("bdi", {}, one.publisher ?? "no publisher")),
      cell("published", one.told),
      cell("passages", one.passages.toLocaleString("en"), make("span", { class: "unit" }, unit)),
      cell("root", make("bdi", { title: one.root }, one.folder)),
      cell("marks", ...one.marks.map((mark) => make("span", { class: "mark" }, mark))),
      cell("remove", remove),
    );
  }

  function sortBy(column) {
    // A date or a number is mostly looked at from its far end.
    const far = column === "published" || column === "passages";
    wanted.descending = wanted.sort === column ? !wanted.descending : far;
    wanted.sort = column;
    wanted.page = 1;
    list();
  }

  let typing = 0;

  function filter(event) {
    const { name, value } = event.target;
    if (!(name in everything) || wanted[name] === value) return;
    wanted[name] = value;
    wanted.page = 1;
    clearTimeout(typing);
    typing = setTimeout(list, name === "text" ? 150 : 0);
  }

  function only(filters) {
    Object.assign(wanted, everything, filters, { page: 1 });
    for (const name of Object.keys(everything)) $(`wanted-${name}`).value = wanted[name];
    list();
  }

  function leaf(step) {
    wanted.page += step;
    list().then(() => $("articles-title").scrollIntoView({ block: "start" }));
  }

  // Asking back

  let agreed = null;

  function askBack(title, told, yes, work) {
    $("ask-back-title").textContent = title;
    $("ask-back-told").textContent = told;
    $("ask-back-yes").textContent = yes;
    agreed = work;
    $("ask-back").showModal();
    $("ask-back-no").focus();
  }

  async function agree() {
    $("ask-back").close();
    await trying($("trouble"), agreed);
    look();
  }

  function removeArticle(one) {
    if (one.file) {
      askBack(
        `Remove ${one.file}?`,
        "All articles of this file leave the library, and no answer quotes them any more. This copy of it is deleted; the file that you added it from stays.",
        "Remove",
        () => tell("/library/forget", { file: one.file }),
      );
      return;
    }
    // Of a file with several articles only this one goes.
    const stays = one.added && !one.path.includes("#")
      ? "Its copy in the store is deleted; the file that you added it from stays."
      : "Its file stays where it is, and you can put the article back below.";
    askBack(
      `Remove “${one.title}”?`,
      `It leaves the library, and no answer quotes it any more. ${stays}`,
      "Remove",
      () => tell("/library/forget", { article: one.id }),
    );
  }

  function removeFile(one) {
    const stays = one.added
      ? "This copy of it is deleted; the file that you added it from stays."
      : "The file stays where it is, and is not tried again until you put it back below.";
    askBack(
      `Remove ${one.path.split("/").pop()}?`,
      `If some articles of it could be read, they leave the library, too. ${stays}`,
      "Remove",
      () => tell("/library/forget", { file: one.path }),
    );
  }

  function removeRoot(root) {
    askBack(
      `Remove the folder ${root.name}?`,
      `${counted(root.articles, "article leaves", "articles leave")} the library, and no answer quotes them any more. The files stay in ${root.path}; add the folder again to have them back.`,
      "Remove",
      () => tell("/library/forget", { root: root.path }),
    );
  }

  // Folders, what is left out, what could not be read

  function places(found) {
    kinds = found.kinds;
    $("files").accept = kinds.join(",");
    document.querySelector("#drop .kinds").textContent = found.kinds_told;
    fill("roots", found.roots, (root) => {
      const remove = make("button", { type: "button", class: "quiet", click: () => removeRoot(root) }, "Remove");
      remove.setAttribute("aria-label", `Remove the folder ${root.path}`);
      const path = root.added ? "Added at this page" : root.path;
      const facts = make("span", { class: "facts" }, counted(root.articles, "article", "articles"));
      return [make("span", { class: "path" }, path), facts, root.added ? null : remove];
    });
    fill("left-out", found.left_out, (one) => {
      const back = make("button", { type: "button", class: "quiet" }, "Put back");
      back.setAttribute("aria-label", `Put back ${one.title ?? one.path}`);
      back.addEventListener("click", () =>
        trying($("trouble"), () => tell("/library/restore", { file: one.file })).then(look),
      );
      const named = one.title && make("span", { class: "named", dir: "auto" }, one.title);
      return [named, make("span", { class: "facts path" }, one.path), back];
    });
    fill("unreadable", found.unreadable, (one) => {
      const remove = make("button", { type: "button", class: "quiet", click: () => removeFile(one) }, "Remove");
      remove.setAttribute("aria-label", `Remove ${one.path}`);
      const shown = [make("span", { class: "path" }, one.path), make("span", { class: "facts" }, one.reason)];
      return [...shown, one.folder ? null : remove]; // a folder is none of what can be left out
    });
    const more = found.unreadable_count - found.unreadable.length;
    if (more > 0) $("unreadable-list").append(make("li", { class: "facts" }, `and ${counted(more, "other", "others")}`));
    $("unreadable-title").textContent = `Could not be read (${found.unreadable_count.toLocaleString("en")})`;
  }

  function fill(name, some, inside) {
    $(name).hidden = some.length === 0;
    const list = $(`${name}-list`);
    const held = list.contains(document.activeElement);
    list.replaceChildren(...some.map((one) => make("li", {}, ...inside(one))));
    if (held) $(some.length ? `${name}-title` : "tab-library").focus();
  }

  // Coverage over time

  let covered = null;
  let pointed = -1;
  const HEIGHT = 210;
  const LEFT = 40;
  const BOTTOM = 26;
  const TOP = 10;

  function cover(found) {
    covered = found;
    pointed = -1;
    $("coverage").hidden = found.bins.length === 0;
    if (!found.bins.length) return;
    const undated = found.undated
      ? ` ${counted(found.undated, "article has", "articles have")} no date and ${found.undated === 1 ? "is" : "are"} not in it.`
      : "";
    const coarse = found.unit === "week" ? "" : " (weeks would be too many to tell apart)";
    $("coverage-what").textContent = `Articles a ${found.unit}${coarse}, ${found.span}.${undated}`;
    $("legend").replaceChildren(
      ...found.series.map((one) =>
        make(
          "li",
          {},
          make("span", { class: `swatch shade-${one.shade}` }),
          make("bdi", {}, one.name),
          make("span", { class: "facts" }, one.articles.toLocaleString("en")),
        ),
      ),
    );
    tabulate(found);
    plot();
  }

  function tabulate(found) {
    const head = (text) => make("th", { scope: "col" }, text);
    const rows = found.bins.filter((bin) => bin.articles > 0);
    const table = make(
      "table",
      {},
      make("caption", { class: "unseen" }, "Articles by time and publisher; times without any are left out"),
      make("thead", {}, make("tr", {}, head("Time"), head("All"), ...found.series.map((one) => head(one.name)))),
      make(
        "tbody",
        {},
        ...rows.map((bin) =>
          make(
            "tr",
            {},
            make("th", { scope: "row" }, bin.told),
            make("td", {}, String(bin.articles)),
            ...bin.counts.map((count) => make("td", {}, String(count))),
          ),
        ),
      ),
    );
    document.querySelector("#coverage-table .wide").replaceChildren(table);
  }

  function ticks(most) {
    const rough = most / 4;
    const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
    const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? power * 10;
    return Array.from({ length: Math.ceil(most / step) + 1 }, (_, number) => number * step);
  }

  function plot() {
    const width = $("plot").clientWidth;
    if (!covered?.bins.length || !width) return;
    const { bins, series } = covered;
    const marks = ticks(Math.max(...bins.map((bin) => bin.articles)));
    const most = marks[marks.length - 1];
    const slot = Math.min(56, (width - LEFT) / bins.length);
    const right = LEFT + slot * bins.length;
    const gap = slot > 6 ? 2 : slot > 3 ? 1 : 0;
    const up = (count) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * count) / most;
    const svg = make("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" });
    for (const mark of marks) {
      svg.append(make("line", { class: mark ? "grid" : "axis", x1: LEFT, x2: right, y1: up(mark), y2: up(mark) }));
      svg.append(make("text", { x: LEFT - 8, y: up(mark) + 4, "text-anchor": "end" }, mark.toLocaleString("en")));
    }
    bins.forEach((bin, at) => {
      const x = LEFT + at * slot;
      const bar = make("g", { class: "bar", "data-at": at }, make("title", {}, said(bin)));
      bar.append(make("rect", { class: "whole", x, y: TOP, width: slot, height: HEIGHT - BOTTOM - TOP }));
      let below = 0;
      bin.counts.forEach((count, number) => {
        if (!count) return;
        const y = up(below + count);
        const height = up(below) - y;
        bar.append(make("rect", { class: `shade-${series[number].shade}`, x: x + gap / 2, y, width: slot - gap, height }));
        below += count;
      });
      svg.append(bar);
    });
    const every = Math.max(1, Math.ceil(84 / slot));
    for (let at = 0; at < bins.length; at += every) {
      const x = LEFT + at * slot;
      if (x + 70 > width && at > 0) break;
      svg.append(make("line", { class: "axis", x1: x + 0.5, x2: x + 0.5, y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM + 5 }));
      svg.append(make("text", { x, y: HEIGHT - 6 }, bins[at].short));
    }
    $("plot").replaceChildren(svg);
    point(pointed);
  }

  function said(bin) {
    const told = bin.told[0].toUpperCase() + bin.told.slice(1);
    if (!bin.articles) return `${told}: no articles`;
    const parts = bin.counts
      .map((count, number) => (count ? `${covered.series[number].name} ${count.toLocaleString("en")}` : ""))
      .filter(Boolean);
    return `${told}: ${counted(bin.articles, "article", "articles")} (${parts.join(", ")})`;
  }

  function point(at) {
    pointed = at;
    for (const bar of document.querySelectorAll("#plot .bar")) bar.classList.toggle("pointed", Number(bar.dataset.at) === at);
    if (at >= 0) $("plot-told").textContent = said(covered.bins[at]);
  }

  function along(event) {
    const last = covered.bins.length - 1;
    const steps = { ArrowRight: pointed + 1, ArrowLeft: pointed < 0 ? last : pointed - 1, Home: 0, End: last };
    if (event.key in steps) {
      event.preventDefault();
      point(Math.min(Math.max(0, steps[event.key]), last));
    } else if (event.key === "Enter" && pointed >= 0) narrow(pointed);
  }

  function narrow(at) {
    const { first, last } = covered.bins[at];
    only({ since: first, until: last });
    $("articles-title").scrollIntoView({ block: "start" });
  }

  function barOf(event) {
    return event.target.closest?.(".bar");
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const tab of tabs()) tab.addEventListener("click", () => choose(tab));
    document.querySelector("[role=tablist]").addEventListener("keydown", walk);
    window.addEventListener("popstate", turn);
    window.addEventListener("hashchange", turn);
    document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : look()));

    $("files").addEventListener("change", () => {
      add($("files").files);
      $("files").value = "";
    });
    // Dropped anywhere else a file would take the place of the page.
    document.addEventListener("dragover", (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      $("drop").classList.add("over");
    });
    document.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) $("drop").classList.remove("over");
    });
    document.addEventListener("drop", (event) => {
      if (holdsFiles(event)) dropped(event);
    });
    $("folder").addEventListener("submit", addFolder);

    const after = (address, fields) => () => trying($("trouble"), () => tell(address, fields())).then(look);
    $("again").addEventListener("click", after("/library/index", () => ({ uploads: false })));
    $("cancel").addEventListener("click", after("/library/cancel", () => ({})));
    $("sign-out").addEventListener("click", () =>
      trying($("trouble"), () => tell("/logout")).then(() => location.replace("/")),
    );
    $("watching").addEventListener("click", after("/library/watching", () => ({ on: !state?.watching.on })));

    $("filters").addEventListener("input", filter);
    $("filters").addEventListener("submit", (event) => event.preventDefault());
    $("all").addEventListener("click", () => {
      only({});
      $("wanted-text").focus();
    });
    for (const head of document.querySelectorAll("#rows th[data-column]"))
      head.querySelector("button").addEventListener("click", () => sortBy(head.dataset.column));
    $("before").addEventListener("click", () => leaf(-1));
    $("after").addEventListener("click", () => leaf(1));

    $("plot").addEventListener("keydown", along);
    $("plot").addEventListener("pointerover", (event) => {
      const bar = barOf(event);
      if (bar) point(Number(bar.dataset.at));
    });
    $("plot").addEventListener("click", (event) => {
      const bar = barOf(event);
      if (bar) narrow(Number(bar.dataset.at));
    });
    new ResizeObserver(plot).observe($("plot"));

    $("ask-back-no").addEventListener("click", () => $("ask-back").close());
    $("ask-back-yes").addEventListener("click", agree);

    turn();
    look();
  });
})();
