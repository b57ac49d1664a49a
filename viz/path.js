// The page of a path answer: lays out the JSON that it carries. Everything that came from a source reaches the document by
// textContent and the drawing by fillText only; nothing here makes markup, a selector or a key out of it.
(function () {
  "use strict";
  const page = JSON.parse(document.getElementById("answer").textContent);
  const at = (id) => document.getElementById(id);
  const HIDDEN_MARKS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
  const FADED = 0.38;
  const chosen = { path: page.paths.length ? 0 : -1, kind: null, number: -1 };
  const buttons = []; // {button, kind, number, path}: every button that stands for a part of the answer

  function make(tag, className, text, parent) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined && text !== null) element.textContent = text;
    if (parent) parent.append(element);
    return element;
  }

  // Text of a source, verbatim; marks that reorder or hide text are named beside it.
  function verbatim(parent, text, className) {
    make("span", className ? "text " + className : "text", text, parent);
    const marks = new Set(String(text).match(HIDDEN_MARKS) || []);
    if (marks.size) {
      const names = [...marks].map((c) => "U+" + c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0"));
      make("span", "hidden-marks", "(holds invisible marks: " + names.join(", ") + ")", parent);
    }
  }

  function pairs(rows, parent, className) {
    const list = make("dl", "", null, parent);
    for (const [name, text] of rows) {
      verbatim(make("dt", "", null, list), name);
      verbatim(make("dd", "", null, list), text, className);
    }
  }

  // ---- drawn parts, shared by the canvas and the legend

  function badge(ctx, type, x, y, size) {
    const outline = page.shapes[type.shape];
    ctx.beginPath();
    if (outline.length === 0) ctx.arc(x, y, size, 0, 2 * Math.PI);
    outline.forEach(([dx, dy], i) => (i ? ctx.lineTo(x + dx * size, y + dy * size) : ctx.moveTo(x + dx * size, y + dy * size)));
    ctx.closePath();
    ctx.fillStyle = type.colour;
    ctx.fill();
    ctx.fillStyle = "#fff";
    ctx.font = "bold " + size * 0.95 + "px " + font;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(type.letter, x, y + size * 0.07);
  }

  const font = getComputedStyle(document.body).fontFamily;

  function scaled(className, width, height, label) {
    const canvas = make("canvas", className);
    canvas.width = width * 2; // sharp on dense screens and on paper
    canvas.height = height * 2;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", label);
    canvas.getContext("2d").scale(2, 2);
    return canvas;
  }

  function badgeImage(type) {
    const canvas = scaled("badge", 24, 24, type.label);
    badge(canvas.getContext("2d"), type, 12, 12, 9.6);
    return canvas;
  }

  function strokeImage(colour, dashed, arrow, label) {
    const canvas = scaled("stroke", 34, 12, label);
    const ctx = canvas.getContext("2d");
    ctx.strokeStyle = ctx.fillStyle = colour;
    ctx.lineWidth = 2.4;
    if (dashed) ctx.setLineDash([5, 4]);
    ctx.beginPath();
    ctx.moveTo(1, 6);
    ctx.lineTo(arrow ? 26 : 33, 6);
    ctx.stroke();
    if (arrow) {
      ctx.beginPath();
      ctx.moveTo(33, 6);
      ctx.lineTo(25, 2);
      ctx.lineTo(25, 10);
      ctx.fill();
    }
    return canvas;
  }

  function cut(ctx, text, width) {
    if (ctx.measureText(text).width <= width) return text;
    const letters = Array.from(text);
    while (letters.length && ctx.measureText(letters.join("") + "…").width > width) letters.pop();
    return letters.join("").trimEnd() + "…";
  }

  // At most two lines that fit a card; a word too long for one is broken.
  function twoLines(ctx, text, width) {
    const words = text.split(/\s+/).filter(Boolean);
    let first = "";
    while (words.length && ctx.measureText(first ? first + " " + words[0] : words[0]).width <= width) {
      first = first ? first + " " + words.shift() : words.shift();
    }
    if (!first) {
      const letters = Array.from(words.shift() || "");
      while (letters.length && ctx.measureText(first + letters[0]).width <= width) first += letters.shift();
      words.unshift(letters.join(""));
    }
    const rest = words.join(" ");
    return rest ? [first, cut(ctx, rest, width)] : [first];
  }

  function card(ctx, number, x, y, hover) {
    const node = page.nodes[number];
    const type = page.types[node.type];
    const { width, height } = page.card;
    const left = x - width / 2, top = y - height / 2;
    const picked = chosen.kind === "node" && chosen.number === number;
    const isEnd = page.ends.includes(number);
    ctx.beginPath();
    ctx.roundRect(left, top, width, height, 8);
    ctx.fillStyle = picked ? "#e6f0f9" : "#fff";
    ctx.fill(); // opaque even when faded: lines end at the card's border
    ctx.globalAlpha = shown("node", number) ? 1 : FADED;
    ctx.lineWidth = picked ? 3 : isEnd ? 2.2 : 1;
    ctx.strokeStyle = picked || hover ? "#0b4f8a" : isEnd ? "#1c2430" : "#b9c1cc";
    if (node.stub) ctx.setLineDash([4, 3]);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.textBaseline = "alphabetic";
    ctx.font = page.text.size + "px " + font;
    const mark = node.source === null ? "" : " " + page.sources[node.source].mark;
    const kind = cut(ctx, type.label, width - 34 - ctx.measureText(mark).width) + mark;
    const indent = (width - ctx.measureText(kind).width - 26) / 2; // badge and type are centred together
    badge(ctx, type, left + indent + 10, top + 19, 10.5);
    ctx.font = page.text.size + "px " + font;
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
    ctx.fillStyle = "#566172";
    ctx.fillText(kind, left + indent + 26, top + 24);
    ctx.textAlign = "center";
    ctx.fillStyle = "#1c2430";
    ctx.font = "600 " + page.text.name + "px " + font;
    const lines = twoLines(ctx, node.short, width - 12);
    lines.forEach((line, i) => ctx.fillText(line, x, top + (lines.length === 1 ? 56 : 48) + i * 17));
    if (isEnd) {
      const word = page.marks[page.ends.indexOf(number)];
      ctx.font = "bold " + page.text.size + "px " + font;
      const wide = ctx.measureText(word).width + 12;
      ctx.fillStyle = "#1c2430";
      ctx.beginPath();
      ctx.roundRect(left + 8, top - 13, wide, 18, 4);
      ctx.fill();
      ctx.fillStyle = "#fff";
      ctx.fillText(word, left + 8 + wide / 2, top + 0.8);
    }
  }

  const colourOf = (link) => (link.same ? page.same_as.colour : link.source === null ? "#4d4d4d" : page.sources[link.source].colour);

  function linkLabels(ctx) {
    page.links.forEach((link, number) => {
      const picked = chosen.kind === "link" && chosen.number === number;
      const [x, y] = link.at;
      const [room, height] = link.box;
      const plain = page.text.size + "px " + font;
      ctx.save();
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      const rows = link.lines.map((text) => [text, picked ? "bold " + plain : plain, colourOf(link)]);
      rows.push(...link.dates.map((text) => [text, plain, "#566172"]));
      const width = Math.max(
        ...rows.map((row) => {
          ctx.font = row[1];
          row[0] = cut(ctx, row[0], room);
          return ctx.measureText(row[0]).width + 4;
        })
      );
      ctx.beginPath();
      ctx.roundRect(x - width / 2, y - height / 2, width, height, 5);
      ctx.fillStyle = picked ? "#e6f0f9" : "#f4f6f8";
      ctx.fill();
      if (picked) {
        ctx.strokeStyle = "#0b4f8a";
        ctx.lineWidth = 1.5;
        ctx.stroke();
      }
      ctx.globalAlpha = shown("link", number) ? 1 : FADED;
      rows.forEach(([text, face, colour], i) => {
        ctx.font = face;
        ctx.fillStyle = colour;
        ctx.fillText(text, x, y - height / 2 + 11.5 + i * page.text.line);
      });
      ctx.restore();
    });
  }

  // ---- the drawing

  function shown(kind, number) {
    if (chosen.path < 0) return true;
    const path = page.paths[chosen.path];
    return (kind === "node" ? path.nodes : path.links).includes(number);
  }

  const place = at("drawing");
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", "Drawing of the paths; the list of paths holds the same");
  const nodes = new vis.DataSet(
    page.drawing.nodes.map((node, number) => ({
      ...node,
      ctxRenderer: ({ ctx, x, y, state }) => ({
        drawNode: () => card(ctx, number, x, y, state.hover),
        nodeDimensions: page.card,
      }),
    }))
  );
  const edges = new vis.DataSet(page.drawing.edges.map((edge, number) => ({ ...edge, ...lineStyle(number) })));
  const network = new vis.Network(place, { nodes, edges }, page.drawing.options);

  function lineStyle(number) {
    const link = page.links[number];
    const on = shown("link", number);
    const picked = chosen.kind === "link" && chosen.number === number;
    const colour = on ? colourOf(link) : "#d3d8df";
    return {
      id: "e" + number,
      color: { color: colour, hover: colour, highlight: colour, inherit: false },
      width: picked ? 5 : on && chosen.path >= 0 && page.paths.length > 1 ? 3 : 2,
      dashes: link.same ? [9, 6] : false,
    };
  }

  network.on("afterDrawing", linkLabels);
  network.on("click", ({ nodes: hitNodes, edges: hitEdges, pointer }) => {
    network.unselectAll();
    const { x, y } = pointer.canvas;
    const label = page.links.findIndex(({ at: [lx, ly], box: [w, h] }) => Math.abs(x - lx) <= w / 2 && Math.abs(y - ly) <= h / 2);
    if (hitNodes.length) choose("node", Number(hitNodes[0].slice(1)));
    else if (label >= 0) choose("link", label);
    else if (hitEdges.length) choose("link", Number(hitEdges[0].slice(1)));
  });
  for (const thing of ["Node", "Edge"]) {
    network.on("hover" + thing, () => (place.style.cursor = "pointer"));
    network.on("blur" + thing, () => (place.style.cursor = "default"));
  }

  let moved = false; // by the reader: then a changed window leaves the drawing where it is
  network.on("dragEnd", () => (moved = true));
  network.on("zoom", () => (moved = true));
  network.on("resize", () => setTimeout(() => moved || whole(), 0));

  // The box around all that is drawn, with a margin: left, right, top, bottom.
  function extent() {
    const boxes = page.drawing.nodes.map(({ x, y }) => [x, y, page.card.width, page.card.height + 30]);
    page.links.forEach(({ at: [x, y], box: [w, h] }) => boxes.push([x, y, w, h]));
    const side = (i, sign) => Math[sign < 0 ? "min" : "max"](...boxes.map((box) => box[i] + (sign * box[i + 2]) / 2));
    return [side(0, -1) - 10, side(0, 1) + 10, side(1, -1) - 4, side(1, 1) + 4];
  }

  const TOOLS = 44; // the strip of buttons at the bottom covers no card

  // A folded drawing that is too high for readable text makes the page longer; then the wheel scrolls the page.
  function makeRoom() {
    if (!page.drawing.folded) return;
    const [, , top, bottom] = extent();
    const need = Math.ceil(((bottom - top) * page.text.least) / page.text.size) + TOOLS;
    at("answer-view").style.setProperty("--drawing", need + "px");
  }

  function whole() {
    const [left, right, top, bottom] = extent();
    const scale = Math.min(place.clientWidth / (right - left), (place.clientHeight - TOOLS) / (bottom - top), 1.2);
    network.moveTo({ position: { x: (left + right) / 2, y: (top + bottom) / 2 + TOOLS / 2 / scale }, scale });
    const scrolls = document.documentElement.scrollHeight > innerHeight;
    network.setOptions({ interaction: { zoomView: !(page.drawing.folded && scrolls) } });
  }

  function zoom(factor) {
    moved = true;
    network.moveTo({ scale: network.getScale() * factor });
  }
  at("closer").addEventListener("click", () => zoom(1.25));
  at("farther").addEventListener("click", () => zoom(0.8));
  at("whole").addEventListener("click", () => {
    moved = false;
    whole();
  });

  // ---- choosing

  function choose(kind, number) {
    if (kind === "path") {
      Object.assign(chosen, { path: number, kind: null, number: -1 });
    } else {
      if (kind && chosen.path >= 0 && !shown(kind, number)) {
        chosen.path = page.paths.findIndex((path) => (kind === "node" ? path.nodes : path.links).includes(number));
      }
      Object.assign(chosen, { kind, number });
    }
    edges.update(page.links.map((_, i) => lineStyle(i)));
    network.redraw();
    reflect();
    panel();
  }

  function reflect() {
    for (const { button, kind, number, path } of buttons) {
      const on = kind === "path" ? number === chosen.path : path === chosen.path && kind === chosen.kind && number === chosen.number;
      button.setAttribute("aria-pressed", String(on));
    }
    stepLists.forEach((list, number) => (list.hidden = number !== chosen.path));
    if (narrow.matches) return; // there the list is not beside the drawing: the page would jump
    const on = buttons.filter(({ button }) => button.getAttribute("aria-pressed") === "true").pop();
    if (on) on.button.scrollIntoView({ block: "nearest" });
  }

  function chooser(parent, className, kind, number, path) {
    const button = make("button", "item " + className, null, parent);
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => choose(kind, number));
    if (path !== undefined) buttons.push({ button, kind, number, path });
    return button;
  }

  // ---- list of paths, legend

  const stepLists = [];
  const narrow = matchMedia("screen and (max-width: 860px)");

  function listPaths() {
    const parent = at("paths");
    if (!page.paths.length) make("p", "quiet", page.result, parent);
    if (page.paths.length > 1) chooser(parent, "path", "path", -1, -1).textContent = "All paths";
    page.paths.forEach((path, order) => {
      chooser(parent, "path", "path", order, order).textContent = path.title;
      const steps = make("ol", "steps", null, parent);
      stepLists.push(steps);
      path.nodes.forEach((number, step) => {
        const button = chooser(make("li", "", null, steps), "entity", "node", number, order);
        button.append(badgeImage(page.types[page.nodes[number].type]));
        verbatim(make("span", "", null, button), page.nodes[number].caption);
        if (step === path.links.length) return;
        const link = page.links[path.links[step]];
        const hop = chooser(make("li", "", null, steps), "hop", "link", path.links[step], order);
        const arrow = link.same ? "≈ " : link.from === number ? "↓ " : "↑ ";
        make("span", "", arrow, hop);
        verbatim(hop, link.label);
        make("span", "", (link.period ? ", " + link.period : "") + mark(link), hop);
      });
    });
    parent.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const visible = [...parent.querySelectorAll("button")].filter((button) => button.offsetParent);
      const here = visible.indexOf(document.activeElement);
      if (!step || here < 0) return;
      event.preventDefault();
      visible[Math.max(0, Math.min(visible.length - 1, here + step))].focus();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") choose(null, -1);
    });
  }

  const mark = (thing) => (thing.source === null ? "" : " " + page.sources[thing.source].mark);

  function legend() {
    const parent = at("legend");
    const types = make("ul", "two", null, parent);
    for (const type of page.types) {
      const row = make("li", "", null, types);
      row.append(badgeImage(type));
      verbatim(make("span", "", null, row), type.label);
    }
    const lines = make("ul", "", null, parent);
    for (const source of page.sources) {
      const row = make("li", "", null, lines);
      row.append(strokeImage(source.colour, false, true, "a link told by this source"));
      verbatim(make("span", "", null, row), source.mark + " " + source.title);
    }
    if (page.links.some((link) => link.same)) {
      const row = make("li", "", null, lines);
      row.append(strokeImage(page.same_as.colour, true, false, "same as"));
      make("span", "", "same as: a reasoned statement, not a record", row);
    }
    make("p", "quiet", "Arrows point as the link is recorded. A dashed card is only referred to: its own row was not loaded.", parent);
  }

  // ---- the panel

  function records(numbers, parent) {
    for (const number of numbers) {
      const record = page.records[number];
      const box = make("div", record.missing ? "record missing" : "record", null, parent);
      verbatim(make("div", "", null, box), record.id, "code");
      if (record.missing) make("p", "tag warn", "not part of this answer: a fault, please report it", box);
      else if (!record.in_force) make("span", "tag warn", "no longer in force", box);
      pairs(record.rows, box, "code");
    }
    if (!numbers.length) make("p", "quiet", "No record.", parent);
  }

  function idLine(thing, parent) {
    verbatim(make("div", "quiet", null, parent), thing.id, "code");
  }

  function pathPanel(order, parent) {
    const path = page.paths[order];
    make("h3", "", path.title, parent);
    const chain = make("ol", "chain", null, parent);
    path.links.forEach((number, step) => {
      const item = make("li", "", null, chain);
      if (parent.id === "panel") sentence(number, item);
      else {
        verbatim(item, page.links[number].sentence);
        make("span", "quiet", mark(page.links[number]), item);
        linkEvidence(number, item);
      }
      if (path.costs[step]) make("div", "quiet", path.costs[step], item);
    });
    path.variants.forEach((line) => verbatim(make("p", "quiet", null, parent), line));
  }

  function sentence(number, parent) {
    const button = chooser(parent, "", "link", number);
    verbatim(button, page.links[number].sentence);
    make("span", "quiet", mark(page.links[number]), button);
  }

  function linkEvidence(number, parent) {
    const link = page.links[number];
    const columns = make("div", "columns", null, parent);
    const left = make("div", "", null, columns);
    const rows = [];
    if (link.method) rows.push(["Method", link.method]);
    if (link.period) rows.push(["Dates", link.period]);
    rows.push(...link.properties);
    if (rows.length) make("h4", "", "Properties", left);
    pairs(rows, left);
    if (link.evidence.length) make("h4", "", "Evidence", left);
    pairs(link.evidence, left);
    if (link.same && !link.records.length) return;
    const right = make("div", "", null, columns);
    make("h4", "", link.records.length === 1 ? "Record" : "Records", right);
    records(link.records, right);
  }

  function linkPanel(number, parent) {
    const link = page.links[number];
    const about = make("div", "about", null, parent);
    verbatim(make("h3", "", null, about), link.sentence);
    const line = make("div", "", null, about);
    verbatim(make("span", "tag", null, line), link.same ? "same as: a statement with evidence, crossed on the way" : link.label);
    if (link.source !== null) {
      make("span", "", " ", line);
      verbatim(make("span", "tag", null, line), page.sources[link.source].mark + " " + page.sources[link.source].title);
    }
    idLine(link, about);
    linkEvidence(number, parent);
  }

  function nodePanel(number, parent) {
    const node = page.nodes[number];
    const about = make("div", "about", null, parent);
    const line = make("div", "badgeline", null, about);
    line.append(badgeImage(page.types[node.type]));
    verbatim(make("h3", "", null, line), node.caption);
    const tags = make("div", "", null, about);
    verbatim(make("span", "tag", null, tags), page.types[node.type].label);
    if (node.source !== null) {
      make("span", "", " ", tags);
      verbatim(make("span", "tag", null, tags), page.sources[node.source].mark + " " + page.sources[node.source].title);
    }
    if (node.stub) make("span", "tag warn", "only referred to: its own row was not loaded", tags);
    idLine(node, about);
    const columns = make("div", "columns", null, parent);
    const left = make("div", "", null, columns);
    make("h4", "", "Properties", left);
    if (node.properties.length) pairs(node.properties, left);
    else make("p", "quiet", "None recorded.", left);
    const right = make("div", "", null, columns);
    const touching = page.links.map((_, i) => i).filter((i) => page.links[i].from === number || page.links[i].to === number);
    if (touching.length) make("h4", "", "Links in this answer", right);
    touching.forEach((i) => sentence(i, right));
    const own = node.records.length ? node.records : [...new Set(touching.flatMap((i) => page.links[i].records))];
    make("h4", "", node.records.length ? "Records" : "Records of its links", right);
    records(own, right);
  }

  function panel() {
    const parent = at("panel");
    parent.replaceChildren();
    parent.scrollTop = 0;
    if (chosen.kind === "node") nodePanel(chosen.number, parent);
    else if (chosen.kind === "link") linkPanel(chosen.number, parent);
    else if (chosen.path >= 0) {
      pathPanel(chosen.path, parent);
      make("p", "quiet", "Choose a card or a link, here, in the drawing or in the list, to read what it rests on.", parent);
    } else if (page.paths.length) {
      make("h3", "", page.result, parent);
      page.paths.forEach((path, order) => (chooser(parent, "", "path", order).textContent = path.title));
    } else {
      make("h3", "", page.result, parent);
      pairs(page.searched, parent);
    }
  }

  // ---- head, foot, paper

  function head() {
    verbatim(at("title"), page.title);
    at("result").textContent = page.result;
    const box = at("completeness");
    box.className = "notice " + page.tone;
    make("strong", "", page.completeness, box);
    if (page.cuts.length) {
      const list = make("ul", "", null, box);
      page.cuts.forEach((text) => verbatim(make("li", "", null, list), text));
    }
    pairs(page.searched, at("searched"));
    at("footer").textContent = page.footer.join(" · ");
  }

  function paper() {
    const parent = at("printed");
    make("h2", "", "What was searched", parent);
    pairs(page.searched, parent);
    if (page.paths.length) make("h2", "", "Evidence", parent);
    page.paths.forEach((_, order) => pathPanel(order, make("article", "", null, parent)));
  }

  head();
  listPaths();
  legend();
  reflect();
  panel();
  paper();
  makeRoom();
  whole();

  // For tests and for whoever scripts the page: what is chosen, choosing, where a part is drawn (in the window), how large.
  window.graphsvc = Object.freeze({
    chosen: () => ({ ...chosen }),
    choose,
    spot: (kind, number) => {
      const { x, y } = kind === "node" ? network.getPosition("n" + number) : { x: page.links[number].at[0], y: page.links[number].at[1] };
      const dom = network.canvasToDOM({ x, y });
      const frame = place.getBoundingClientRect();
      return { x: frame.left + dom.x, y: frame.top + dom.y };
    },
    scale: () => network.getScale(),
  });
})();
