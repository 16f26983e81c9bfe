import { inspect } from "node:util";
import type { UiControl, UiValue } from "../../../runtime/session/output.ts";
import { viewOf } from "../../../runtime/api/view-of.ts";
import { memoryRay } from "../../fixtures/memory-host.ts";

/** A front that records what it is told of controls. */
function front() {
  const { ray, host } = memoryRay();
  const put: UiControl[] = [];
  const pushed: [string, readonly number[]][] = [];
  let touched: (id: string, value: UiValue) => unknown = () => undefined;
  host.ui = { put: (controls) => put.push(...controls), push: (id, values) => pushed.push([id, values]), hear: (heard) => { touched = heard; } };
  return { ray, ui: ray.ui, put, pushed, touch: (id: string, value: UiValue) => touched(id, value) };
}

class Counter {
  n = 0;
  incr(by: number): number {
    return (this.n += by);
  }
}

describe("a control", () => {
  test("is told to the front as it is made, and is a view", () => {
    const { ui, put } = front();
    const slider = ui.slider({ label: "speed", max: 10, value: 3 });
    expect(put).toEqual([{ id: slider.id, control: "slider", label: "speed", min: 0, max: 10, step: 1, value: 3 }]);
    expect(viewOf(slider)).toEqual({ view: { kind: "ui", root: slider.id }, snapshot: [] });
    expect(inspect(slider)).toBe('Widget(slider "speed": 3)');
  });

  test("calls back with what a page sets it to, and has that value then", () => {
    const { ui, touch } = front();
    const heard: unknown[] = [];
    const slider = ui.slider({}, (value) => heard.push(value));
    const select = ui.select({ options: ["a", "b"] }, (value) => heard.push(value));
    const text = ui.text({ label: "name" }, (value) => heard.push(value));
    const button = ui.button("go", () => heard.push("pressed"));
    for (const [widget, value] of [[slider, 7], [select, "b"], [text, "Ada"], [button, null]] as const) touch(widget.id, value);
    touch("of another session", 1);
    expect(heard).toEqual([7, "b", "Ada", "pressed"]);
    expect([slider.value, select.value, text.value]).toEqual([7, "b", "Ada"]);
  });

  test("that is set by code is told, and calls nobody", () => {
    const { ui, put } = front();
    const heard: unknown[] = [];
    const slider = ui.slider({}, (value) => heard.push(value));
    slider.value = 50;
    expect(put.at(-1)).toMatchObject({ id: slider.id, value: 50 });
    expect(heard).toEqual([]);
    expect(() => { slider.value = 101; }).toThrow("value of a slider must be a number from 0 to 100; got 101 (number)");
    expect(() => { ui.select({ options: ["a"] }).value = "b"; }).toThrow('value of a select must be one of "a"; got "b" (string)');
  });

  test("is bound to an actor's method by name", () => {
    const { ray, ui, put } = front();
    const counter = ray.remote(Counter).remote();
    ui.slider({}, counter.incr);
    expect(put.at(-1)).toMatchObject({ bound: { actor: expect.any(String), className: "Counter", method: "incr" } });
  });
});

describe("what only shows", () => {
  test("a chart gets numbers from code, from a stream and from the refs of one", async () => {
    const { ray, ui, pushed } = front();
    const chart = ui.chart({ label: "loss", keep: 3 });
    chart.push(4, 3);
    chart.push(2, 1);
    expect(chart.values).toEqual([3, 2, 1]);
    async function* losses() {
      yield 1;
      yield ray.put(0.5);
    }
    const streamed = ui.chart({ source: losses() });
    while (streamed.values.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(pushed).toEqual([[chart.id, [4, 3]], [chart.id, [2, 1]], [streamed.id, [1]], [streamed.id, [0.5]]]);
  });

  test("a chart of an actor's field names both", () => {
    const { ray, ui, put } = front();
    const counter = ray.remote(Counter).remote();
    ui.chart({ field: [counter, "n"] });
    expect(put.at(-1)).toMatchObject({ control: "chart", watches: { actor: expect.any(String), field: "n" } });
  });

  test("a table has the rows as they were, what is no plain value as text", () => {
    const { ui, put } = front();
    const table = ui.table([{ name: "a", at: { x: 1 }, ok: true, gone: undefined }]);
    expect(put[0]).toMatchObject({ rows: [{ name: "a", at: "{ x: 1 }", ok: true }] });
    table.rows = [];
    expect(put[1]).toMatchObject({ id: table.id, rows: [] });
  });

  test("a picture is known by its first bytes", () => {
    const { ui, put } = front();
    const png = Uint8Array.from(Buffer.from("89504e470d0a1a0a", "hex"));
    const image = ui.image(png, { alt: "a plot" });
    expect(put[0]).toMatchObject({ control: "image", mime: "image/png", alt: "a plot", data: Buffer.from(png).toString("base64") });
    image.update(Uint8Array.from([0xff, 0xd8, 0xff, 0xe0]));
    expect(put[1]).toMatchObject({ id: image.id, mime: "image/jpeg" });
    expect(() => ui.image(new TextEncoder().encode("<svg onload=alert(1)>"))).toThrow("ray.ui.image wants the bytes of a PNG, JPEG, GIF or WebP picture; these begin as none of them");
  });

  test("rows and columns hold controls and texts by id", () => {
    const { ui, put } = front();
    const button = ui.button("go");
    const column = ui.column("above", ui.row(button, "beside"));
    expect(put.slice(1)).toEqual([{ id: expect.any(String), control: "row", of: [{ id: button.id }, { text: "beside" }] }, { id: column.id, control: "column", of: [{ text: "above" }, { id: put[1]?.id }] }]);
  });
});

test("what cannot be is refused, and named", () => {
  const { ui } = front();
  expect(() => ui.slider({ min: 5, max: 5 })).toThrow('ray.ui.slider option "max" must be more than "min"; got 5 and 5');
  expect(() => ui.slider({ step: 0 })).toThrow('ray.ui.slider option "step" must be more than 0; got 0');
  expect(() => ui.slider({ vlaue: 1 } as never)).toThrow(/has no option "vlaue"; did you mean "value"/);
  expect(() => ui.slider({}, 5 as never)).toThrow("ray.ui.slider wants a function, or a method of an actor like counter.incr; got 5 (number)");
  expect(() => ui.select({ options: [] })).toThrow('ray.ui.select option "options" must not be empty');
  expect(() => ui.select({ options: ["a"], value: "b" })).toThrow('ray.ui.select option "value" must be one of "a"; got "b"');
  expect(() => ui.button(5 as never)).toThrow("ray.ui.button wants a text; got 5 (number)");
  expect(() => ui.row(5 as never)).toThrow("ray.ui.row and ray.ui.column want what ray.ui makes, or texts; got 5 (number)");
  expect(() => ui.table({} as never)).toThrow("ray.ui.table wants an array of objects, one a row; got");
  expect(() => ui.chart({ keep: 1e6 })).toThrow('ray.ui.chart option "keep" must be at most 10000; got 1000000');
  expect(() => ui.chart({ source: 5 as never })).toThrow('ray.ui.chart option "source" must be an async iterable');
  expect(() => ui.chart({ field: [{}, "n"] })).toThrow('ray.ui.chart option "field" must be a handle and the name of a field');
  expect(() => ui.chart().push("1" as never)).toThrow('chart.push wants numbers; got "1" (string)');
});

test("where nobody draws, ray.ui says so", () => {
  const { ray } = memoryRay();
  expect(() => ray.ui.button("go")).toThrow("ray.ui: there is nobody here to draw controls. They work in the cells of a notebook and at the prompt");
});
