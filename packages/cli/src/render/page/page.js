// Bytes and fields that belong together light up together, by pointer and by keyboard.

/** @param {HTMLElement} section */
function link(section) {
  const bytes = [...section.querySelectorAll("[data-f]")];
  const fields = [...section.querySelectorAll("[data-n]")];
  const byNumber = new Map(fields.map((field) => [field.dataset.n, field]));
  const ownersOf = (byte) => byte.dataset.f.split(" ").map((n) => byNumber.get(n));
  const bytesByField = new Map();
  for (const byte of bytes)
    for (const n of byte.dataset.f.split(" ")) {
      if (!bytesByField.has(n)) bytesByField.set(n, []);
      bytesByField.get(n).push(byte);
    }
  const ownBytes = (field) => bytesByField.get(field.dataset.n) ?? [];
  const allBytes = ({ dataset: { s: start, e: end } }) =>
    bytes.filter(
      ({ dataset: { o: at, l: size = 1 } }) => Number(at) < Number(end) && Number(at) + Number(size) > Number(start),
    );
  const isLeaf = (field) => field.dataset.leaf !== undefined;
  const bytesOf = (field) => (isLeaf(field) ? ownBytes(field) : allBytes(field));

  /** Of bytes that bit fields share, the field's own bits. */
  const partsOf = (field, of) =>
    of.flatMap((byte) => {
      const bits = [...byte.querySelectorAll("[data-b]")];
      if (bits.length === 0) return [byte];
      return isLeaf(field) ? bits.filter((each) => each.dataset.b === field.dataset.n) : bits;
    });
  const parentsOf = (field) => {
    const up = [];
    for (let at = byNumber.get(field.dataset.up); at; at = byNumber.get(at.dataset.up)) up.push(at);
    return up;
  };

  const clear = () => {
    for (const old of section.querySelectorAll(".on, .up")) old.classList.remove("on", "up");
  };
  const light = (lit, bytesOfField) => {
    clear();
    for (const field of lit) {
      for (const up of parentsOf(field)) up.classList.add("up");
      for (const each of [field, ...partsOf(field, bytesOfField(field))]) each.classList.add("on");
    }
  };

  const near = (event) => event.target.closest("[data-b], [data-f], [data-n]");
  const show = (event) => {
    const at = near(event);
    if (!at) return;
    const focused = event.type === "focusin";
    if (at.dataset.n !== undefined) {
      light([at], bytesOf);
      if (focused) bytesOf(at)[0]?.scrollIntoView({ block: "nearest" });
    } else {
      const owners = at.dataset.b === undefined ? ownersOf(at) : [byNumber.get(at.dataset.b)];
      light(owners, ownBytes);
      if (focused) owners[0].scrollIntoView({ block: "nearest" });
    }
  };
  section.addEventListener("pointerover", show);
  section.addEventListener("focusin", show);
  section.addEventListener("pointerleave", clear);

  // One stop for the Tab key on either side; arrows move within it.
  const go = (list, to) => {
    if (!to) return;
    for (const each of list) each.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  };
  const row = (byte) => byte.closest(".row");
  const vertical = (byte, step) => {
    const rows = [...section.querySelectorAll(".row:not(.ruler)")];
    const next = rows[rows.indexOf(row(byte)) + step];
    const cells = [...(next?.querySelectorAll("[data-f]") ?? [])];
    const column = Number(byte.dataset.o) % 16;
    return cells.find((cell) => Number(cell.dataset.o) % 16 === column) ?? cells.at(step < 0 ? -1 : 0);
  };
  section.addEventListener("keydown", (event) => {
    const at = near(event);
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
    const field = at.dataset.n !== undefined;
    const list = field ? fields : bytes;
    const i = list.indexOf(at);
    const to = {
      ArrowLeft: () => (field ? byNumber.get(at.dataset.up) : list[i - 1]),
      ArrowRight: () => (field ? fields.find((each) => each.dataset.up === at.dataset.n) : list[i + 1]),
      ArrowUp: () => (field ? list[i - 1] : vertical(at, -1)),
      ArrowDown: () => (field ? list[i + 1] : vertical(at, 1)),
      Home: () => list[0],
      End: () => list.at(-1),
    }[event.key];
    if (to) go(list, to());
    else if (event.key === "Enter" || event.key === " ")
      go(field ? bytes : fields, field ? bytesOf(at)[0] : ownersOf(at)[0]);
    else return;
    event.preventDefault();
  });
  for (const list of [bytes, fields]) if (list[0]) list[0].tabIndex = 0;
}

for (const section of document.querySelectorAll("section")) link(section);
