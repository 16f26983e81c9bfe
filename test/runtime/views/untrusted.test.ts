import type { UiControl, ViewDescriptor } from "../../../runtime/session/output.ts";
import type { ActorId } from "../../../runtime/ids.ts";
import { renderView } from "../../../runtime/views/render-view.ts";
import { applyUi } from "../../../runtime/views/ui-state.ts";
import type { ViewState } from "../../../runtime/views/view-state.ts";
import { RAN, REF, actor, log, object, pulse, refs, resources, stateAfter, task, worker } from "./rows.ts";

const EVIL = `<img src=x onerror="alert(1)"><script>alert('2')</script>&\n`;

/** A state in which every text that a user has a hand in is evil. */
const evilState = (): ViewState => {
  const state = stateAfter(
    task("failed", { ...RAN, name: EVIL, error: `${EVIL}\n${EVIL}`, origin: EVIL, attempt: 1 }),
    object("ready", { ref: refs(2)[1] as string, preview: EVIL, sizeBytes: 10, place: "inline" }),
    actor("dead", { actor: "d1-a1" as ActorId, className: EVIL, name: EVIL, namespace: EVIL, cause: EVIL, detached: true }),
    pulse({ actor: "d1-a2" as ActorId, current: EVIL, fields: [[EVIL, EVIL, [[EVIL, EVIL]]]] }), actor("alive", { actor: "d1-a2" as ActorId, className: "C" }),
    task("finished", { ...RAN, task: EVIL, refs: [], name: EVIL, origin: EVIL }), log(EVIL, { taskName: EVIL, origin: EVIL }),
    resources({ total: { CPU: 4, [EVIL]: 1 }, available: { CPU: 1, [EVIL]: 1 } }), worker(1, "leased"),
  );
  const parts = [{ id: "s", control: "slider", label: EVIL, min: 0, max: 1, step: 1, value: 0 }, { id: "t", control: "text", label: EVIL, value: EVIL, placeholder: EVIL }, { id: "b", control: "button", label: EVIL }, { id: "k", control: "select", label: EVIL, options: [EVIL], value: EVIL }, { id: "c", control: "chart", label: EVIL, values: [1], keep: 1 }, { id: "w", control: "table", rows: [{ [EVIL]: EVIL }] }, { id: "i", control: "image", mime: `image/svg+xml"${EVIL}`, data: EVIL, alt: EVIL }] satisfies UiControl[];
  applyUi(state, { type: "ui", controls: [...parts, { id: "r", control: "column", of: [{ text: EVIL }, ...parts.map(({ id }) => ({ id }))] }] });
  return state;
};

const VIEWS: ViewDescriptor[] = [
  { kind: "object-ref", refs: [REF] }, { kind: "object-ref", refs: [refs(2)[1] as string] }, { kind: "object-refs", refs: refs(30) }, { kind: "object-ref", refs: [EVIL] },
  { kind: "actor", actor: "d1-a1", className: EVIL }, { kind: "actor", actor: EVIL, className: EVIL }, { kind: "cluster" },
  { kind: "actor", actor: "d1-a2", className: "C", methods: [EVIL] }, { kind: "progress", refs: refs(30), label: EVIL, startedAt: 1 }, { kind: "timeline", cell: EVIL },
  { kind: "rows", title: EVIL, rows: [{ state: EVIL, [EVIL]: EVIL }], total: 1 }, { kind: "error", text: EVIL, where: EVIL, stacks: [{ title: EVIL, stack: EVIL }] }, { kind: "ui", root: "r" },
];

const pages = VIEWS.map((view) => [view.kind, renderView(evilState(), view, "v1")["text/html"]] as const);

// what JupyterLab's sanitizer keeps of an untrusted notebook (packages/apputils/src/sanitizer.ts), as far as the views use it
const TAGS = ["div", "span", "b", "code", "pre", "table", "tr", "th", "td", "details", "summary", "progress"];
const ATTRIBUTES = ["style", "title", "max", "value"];
const PROPERTIES = [
  "background-color", "color", "border-radius", "border-collapse", "padding", "margin", "white-space", "word-break", "text-align", "vertical-align",
  "font-weight", "display", "width", "min-width", "max-width", "height", "overflow", "font-family",
];

describe.each(pages)("the page of %s", (_kind, page) => {
  test("holds nothing that a user's text could turn into markup", () => {
    expect(page).not.toMatch(/<img|<script|onerror="/);
    expect(page.replace(/&(amp|lt|gt|quot|#39);/g, "")).not.toContain("&");
  });

  test("uses only tags and attributes that an untrusted notebook keeps", () => {
    for (const [, tag, attributes] of page.matchAll(/<([a-z]+)((?:\s[^<>]*?)?)>/g)) {
      expect(TAGS).toContain(tag);
      for (const [, name] of (attributes ?? "").matchAll(/\s([a-z-]+)="[^"]*"/g)) expect(ATTRIBUTES).toContain(name);
    }
  });

  test("gives each colour plain before it gives the theme's", () => {
    for (const [, style] of page.matchAll(/style="([^"]*)"/g)) {
      const declarations = (style as string).split(";").map((declaration) => declaration.split(":") as [string, string]);
      declarations.forEach(([property, value], i) => {
        expect(PROPERTIES).toContain(property);
        if (value.startsWith("var(")) expect(declarations[i - 1]?.[0]).toBe(property);
      });
    }
  });

  test("closes every tag that it opens", () => {
    const open: string[] = [];
    for (const [, slash, tag] of page.matchAll(/<(\/?)([a-z]+)[^<>]*>/g)) {
      if (slash === "") open.push(tag as string);
      else expect(open.pop()).toBe(tag);
    }
    expect(open).toEqual([]);
  });
});

test("the text is one line whatever a user's text holds", () => {
  for (const view of VIEWS) expect(renderView(evilState(), view, "v1")["text/plain"]).not.toContain("\n");
});

/** GitHub keeps neither styles, titles nor progress bars of an output's html. */
const onGitHub = (page: string): string => page.replace(/<\/?progress[^>]*>/g, "").replace(/\s(?:style|title|max|value)="[^"]*"/g, "");

test("where only plain tables are kept, as on GitHub, each view still says in words what it shows", () => {
  const state = stateAfter(
    task("finished", { ...RAN, name: "parse" }), object("ready", { preview: "[1, 2]", sizeBytes: 7, place: "inline" }),
    task("failed", { ...RAN, task: "t2", refs: [refs(2)[1] as string], name: "parse", error: "RangeError: bad" }),
    actor("alive", { pid: 4657 }), pulse({ fields: [["n", "12"]] }), log("a line", { taskName: "parse" }), resources(), worker(1, "leased"),
  );
  applyUi(state, { type: "ui", controls: [{ id: "s", control: "slider", label: "speed", min: 0, max: 9, step: 1, value: 7 }] });
  const wanted: [ViewDescriptor, string[]][] = [
    [{ kind: "object-ref", refs: [REF] }, ["ready", "[1, 2]", "7 B", "parse", "1.2 s"]],
    [{ kind: "object-refs", refs: refs(3) }, ["1 ready, 1 error, 1 waiting", "RangeError: bad", "[1, 2]"]],
    [{ kind: "progress", refs: refs(3), startedAt: 1_000 }, ["1 of 3 done, 1 failed", "as of 19"]],
    [{ kind: "actor", actor: "d1-a1", className: "Counter" }, ["Counter", "alive", "4657", "n", "12"]],
    [{ kind: "cluster" }, ["1.5 of 4 in use", "8.0 MB of 2.0 GB", "leased", "parse", "a line"]],
    [{ kind: "ui", root: "s" }, ["speed", "7"]],
  ];
  for (const [view, texts] of wanted) {
    const page = onGitHub(renderView(state, view, "v1", 5_000)["text/html"]);
    expect(page).not.toMatch(/="/);
    const words = page.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
    for (const text of texts) expect(words).toContain(text);
  }
});
