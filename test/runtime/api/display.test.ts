import { memoryRay } from "../../fixtures/memory-host.ts";

describe("ray.display", () => {
  test("shows a value's text, and changes it in place", () => {
    const { ray, host } = memoryRay();
    const handle = ray.display({ a: 1 }, { displayId: "d1" });
    handle.update("b");
    expect(host.shown).toEqual([
      { data: { "text/plain": "{ a: 1 }" }, options: { displayId: "d1", update: false } },
      { data: { "text/plain": "'b'" }, options: { displayId: "d1", update: true } },
    ]);
  });

  test("clears what the cell has put out, where there is something to clear", () => {
    const { ray, host } = memoryRay();
    ray.display.clear();
    const cleared: boolean[] = [];
    Object.assign(host, { clearOutput: (wait: boolean) => cleared.push(wait) });
    ray.display.clear();
    ray.display.clear({ wait: true });
    expect(cleared).toEqual([false, true]);
    expect(() => ray.display.clear({ later: true } as never)).toThrow(/later/);
  });

  test("lets a value draw itself", async () => {
    const { ray, host } = memoryRay();
    const chart = (bundle: unknown) => ({ [Symbol.for("Jupyter.display")]: () => bundle });
    ray.display(chart({ "image/svg+xml": "<svg/>" }));
    ray.display(chart(Promise.resolve({ "text/html": "<p>" })));
    ray.display(chart(Promise.reject(new Error("no data"))));
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(host.shown[0]?.data).toEqual({ "image/svg+xml": "<svg/>" });
    expect(host.shown[1]?.data).toEqual({ "text/html": "<p>" });
    expect((host.shown[2]?.data as Record<string, string>)["text/plain"]).toContain("Error: no data");
  });

  test("shows a ref, refs, a handle and the context as live views", async () => {
    const { ray, host } = memoryRay();
    const ref = ray.put(1);
    const { displayId } = ray.display(ref);
    ray.display([ref, ref]);
    ray.display(ray.remote(class A {}).remote());
    ray.display(await ray.init());
    expect(host.shown.map(({ data }) => (data as { view: { kind: string } }).view.kind)).toEqual(["object-ref", "object-refs", "actor", "cluster"]);
    expect(host.shown[0]?.options).toEqual({ displayId, update: false });
  });

  test.each(["html", "markdown", "svg", "latex", "javascript"] as const)("shows %s", (kind) => {
    const { ray, host } = memoryRay();
    const mimes = { html: "text/html", markdown: "text/markdown", svg: "image/svg+xml", latex: "text/latex", javascript: "application/javascript" };
    const handle = ray.display[kind]("<1>");
    handle.update("<2>");
    expect(host.shown[0]?.data).toMatchObject({ [mimes[kind]]: "<1>" });
    expect(host.shown[1]).toMatchObject({ data: { [mimes[kind]]: "<2>" }, options: { displayId: handle.displayId, update: true } });
    expect(() => ray.display[kind](5 as never)).toThrow(`ray.display.${kind} wants a string; got 5 (number)`);
  });

  test("shows images and JSON", () => {
    const { ray, host } = memoryRay();
    ray.display.png(new Uint8Array([1, 2, 3]).subarray(1));
    ray.display.jpeg("AgM=");
    ray.display.json({ a: [1] });
    expect(host.shown.map(({ data }) => data)).toEqual([{ "image/png": "AgM=" }, { "image/jpeg": "AgM=" }, { "application/json": { a: [1] }, "text/plain": "{ a: [ 1 ] }" }]);
    expect(() => ray.display.png(5 as never)).toThrow("ray.display.png wants a Uint8Array or base64 text; got 5 (number)");
    expect(() => ray.display(1, { displayID: "x" } as never)).toThrow('did you mean "displayId"?');
  });
});
