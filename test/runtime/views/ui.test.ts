import type { UiControl, ViewDescriptor } from "../../../runtime/session/output.ts";
import { chartPulse, touched } from "../../../runtime/views/ui-state.ts";
import { drawView, isSettled, renderView } from "../../../runtime/views/render-view.ts";
import { applyUi } from "../../../runtime/views/ui-state.ts";
import { createViewState, type ViewState } from "../../../runtime/views/view-state.ts";
import { pulse } from "./rows.ts";

const SPEED: UiControl = { id: "s", control: "slider", label: "speed", min: 0, max: 10, step: 1, value: 5 };
const GO: UiControl = { id: "b", control: "button", label: "go" };
const KIND: UiControl = { id: "k", control: "select", label: "", options: ["adam", "sgd"], value: "sgd" };
const LOSS: UiControl = { id: "c", control: "chart", label: "loss", values: [], keep: 3 };
const BOX: UiControl = { id: "r", control: "column", of: [{ text: "training" }, { id: "s" }, { id: "b" }, { id: "k" }, { id: "c" }] };
const VIEW: ViewDescriptor = { kind: "ui", root: "r" };

function knows(...controls: UiControl[]): ViewState {
  const state = createViewState();
  applyUi(state, { type: "ui", controls });
  return state;
}

test("a live page gets controls, a still one what they are set to", () => {
  const state = knows(SPEED, GO, KIND, LOSS, BOX);
  const live = JSON.stringify(drawView(state, VIEW, { isLive: true }).node);
  expect(live).toContain('{"is":"control","key":"s","control":"slider","label":"speed","min":0,"max":10,"step":1,"value":5}');
  expect(live).toContain('"options":["adam","sgd"],"value":"sgd"');
  const page = renderView(state, VIEW, "v1");
  expect(page["text/html"]).not.toMatch(/<(input|button|select)/);
  for (const text of ["training", "speed", "5", "[ go ]", "sgd"]) expect(page["text/html"]).toContain(text);
  expect(page["text/plain"]).toBe('Widget(column: "training", slider "speed": 5, button "go", select: "sgd", chart "loss")');
  expect(isSettled(state, VIEW)).toBe(false);
});

test("what ended with its session can be read and not touched", () => {
  const state = knows(SPEED);
  state.uiEnded.add("s");
  const model = drawView(state, { kind: "ui", root: "s" }, { isLive: true });
  expect(JSON.stringify(model.node)).toContain("its session has ended");
  expect(JSON.stringify(model.node)).not.toContain('"control"');
  expect(isSettled(state, { kind: "ui", root: "s" })).toBe(true);
});

test("a row that holds itself is drawn some levels deep, and one of which nothing is known says so", () => {
  const state = knows({ id: "r", control: "row", of: [{ id: "r" }, { id: "gone" }] });
  expect(JSON.stringify(drawView(state, VIEW, {}).node)).toContain("…");
  expect(renderView(state, { kind: "ui", root: "nothing" }, "v")["text/plain"]).toBe("Widget, of which nothing is known any more");
});

describe("a chart", () => {
  test("keeps the last numbers, whatever else is said of it", () => {
    const state = knows(LOSS);
    expect(applyUi(state, { type: "ui-values", id: "c", values: [1, 2, Number.NaN, 3, 4] })).toEqual(["c"]);
    applyUi(state, { type: "ui", controls: [{ ...LOSS, label: "error" }] });
    expect(state.ui.get("c")).toMatchObject({ label: "error", values: [2, 3, 4] });
    expect(applyUi(state, { type: "ui-values", id: "gone", values: [1] })).toEqual([]);
  });

  test("may have hundreds of thousands of numbers", () => {
    const values = Array.from({ length: 300_000 }, (_, i) => i % 7);
    expect(renderView(knows({ ...LOSS, keep: 1_000_000, values } as UiControl), { kind: "ui", root: "c" }, "v")["text/html"]).toContain("▁");
  });

  test("of an actor's field gets a number with every pulse that has one", () => {
    const state = knows({ ...LOSS, watches: { actor: "d1-a1", field: "n" } });
    expect(chartPulse(state, pulse({ fields: [["n", "12.5"], ["name", '"x"']] }))).toEqual(["c"]);
    expect(chartPulse(state, pulse({ fields: [["n", '"x"']] }))).toEqual([]);
    expect(chartPulse(state, pulse({}))).toEqual([]);
    expect(state.ui.get("c")).toMatchObject({ values: [12.5] });
  });
});

test.each<[UiControl, unknown, unknown]>([
  [SPEED, 7, 7],
  [SPEED, 11, undefined],
  [SPEED, "7", undefined],
  [SPEED, Number.NaN, undefined],
  [KIND, "adam", "adam"],
  [KIND, "other", undefined],
  [GO, "anything", null],
  [{ id: "t", control: "text", label: "", value: "", placeholder: "" }, "Ada", "Ada"],
  [{ id: "t", control: "text", label: "", value: "", placeholder: "" }, "x".repeat(200_000), undefined],
  [LOSS, 1, undefined],
])("a page may set %j to %j: %j", (control, value, allowed) => {
  expect(touched(control, value)?.value).toEqual(allowed);
});

test("the state forgets the oldest of very many controls", () => {
  const state = createViewState();
  for (let i = 0; i < 5_100; i++) applyUi(state, { type: "ui", controls: [{ ...GO, id: String(i) }] });
  expect([state.ui.size, state.ui.has("0"), state.ui.has("5099")]).toEqual([5_000, false, true]);
});
