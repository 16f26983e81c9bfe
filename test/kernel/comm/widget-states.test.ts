import { WidgetStates } from "../../../kernel/comm/widget-states.ts";
import type { CommMessage } from "../../../runtime/session/output.ts";

const message = (what: CommMessage["what"], data: unknown, buffers: Uint8Array[] = [], comm = "m1"): CommMessage => ({ what, comm, ...(what === "open" ? { target: "jupyter.widget" } : {}), data, metadata: {}, buffers });
const update = (state: object, paths: unknown[] = [], buffers: Uint8Array[] = []): CommMessage => message("msg", { method: "update", state, buffer_paths: paths }, buffers);
const MODEL = { _model_name: "FloatProgressModel", _model_module: "@jupyter-widgets/controls", _model_module_version: "2.0.0" };
const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

function opened(state: object = { value: 1 }, paths: unknown[] = [], buffers: Uint8Array[] = []): WidgetStates {
  const states = new WidgetStates();
  states.said(message("open", { state: { ...MODEL, ...state }, buffer_paths: paths }, buffers));
  return states;
}

test("a page that asks gets the whole state of each model, as the messages so far made it", () => {
  const states = opened();
  states.said(update({ value: 2, description: "loading" }));
  states.said({ ...message("open", { state: { ...MODEL, value: 9 } }, [], "m2") });
  states.said(message("close", {}, [], "m2"));
  expect(states.request({ method: "request_states" })).toEqual({
    data: { method: "update_states", states: { m1: { model_name: MODEL._model_name, model_module: MODEL._model_module, model_module_version: "2.0.0", state: { ...MODEL, value: 2, description: "loading" } } }, buffer_paths: [] },
    buffers: [], isWhole: true,
  });
  expect(states.request({ method: "something else" })).toBeUndefined();
});

test("one model's state is given without the session", () => {
  expect(opened().heard(message("msg", { method: "request_state" }))).toEqual({ data: { method: "update", state: { ...MODEL, value: 1 }, buffer_paths: [] }, buffers: [], isWhole: true });
});

test("what a page changes is kept, echoed and left for the session too", () => {
  const states = opened();
  expect(states.heard(update({ value: 7 }))).toEqual({ data: { method: "echo_update", state: { value: 7 }, buffer_paths: [] }, buffers: [], isWhole: false });
  expect(states.request({ method: "request_states" })?.data).toMatchObject({ states: { m1: { state: { value: 7 } } } });
  expect(states.heard(message("msg", { method: "custom", content: { event: "click" } }))).toBeUndefined();
});

test("binary values stand beside the state under their paths, and go when their value is another", () => {
  const states = opened({ list: [null, "x"] }, [["list", 0], ["image"]], [bytes(1), bytes(2)]);
  expect(states.request({ method: "request_states" })).toMatchObject({ data: { buffer_paths: [["m1", "list", 0], ["m1", "image"]] }, buffers: [bytes(1), bytes(2)] });
  states.said(update({}, [["image"]], [bytes(3)]));
  states.said(update({ list: ["text"] }));
  expect(states.request({ method: "request_states" })).toMatchObject({ data: { buffer_paths: [["m1", "image"]] }, buffers: [bytes(3)] });
});

test("comms that are no widgets, and messages that make no sense, change nothing", () => {
  const states = opened();
  states.said({ what: "open", comm: "plot", target: "plot", data: { state: 1 }, metadata: {}, buffers: [] });
  for (const data of [null, 5, "x", [], { method: "update" }, { method: "update", state: 3, buffer_paths: 5 }]) states.said(message("msg", data));
  expect(Object.keys((states.request({ method: "request_states" })?.data["states"] ?? {}) as object)).toEqual(["m1"]);
  expect(states.heard(message("msg", { method: "update", state: { value: 1 } }, [], "plot"))).toBeUndefined();
});
