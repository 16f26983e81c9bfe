/** `ray.comm`: messages between code in a notebook and code in its page, as Jupyter's comms. */
import { randomUUID } from "node:crypto";
import { types } from "node:util";
import { RayError } from "../errors.ts";
import type { CommMessage as WireMessage } from "../session/output.ts";
import { describeValue } from "./describe-value.ts";
import type { CommPort, RayHost } from "./host.ts";
import { checkOptions, COMM_OPTIONS } from "./options.ts";

/** What the other side said. */
export interface CommMessage {
  /** What was said, as JSON has it. */
  readonly data: any;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Binary data beside it. */
  readonly buffers: readonly Uint8Array[];
}

/** What is said: an object that can be written as JSON. */
export type CommData = Readonly<Record<string, unknown>>;

/** What goes with a message's data. */
export interface CommOptions {
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Binary data that travels beside the JSON. */
  readonly buffers?: readonly (ArrayBufferView | ArrayBuffer)[] | undefined;
}

/** One open channel between a cell's code and the notebook's page. */
export interface Comm {
  readonly id: string;
  readonly target: string;
  readonly isClosed: boolean;
  /** Says something to the other side: an object that can be written as JSON. @throws RayError when the comm is closed. */
  send(data: CommData, options?: CommOptions): void;
  /** Closes it on both sides; does nothing when it is closed already. */
  close(data?: CommData, options?: CommOptions): void;
  /** Calls `heard` for each message of the other side, also while a cell awaits something. */
  onMsg(heard: (message: CommMessage) => unknown): Comm;
  /** Calls `closed` once, when the other side closes. */
  onClose(closed: (message: CommMessage) => unknown): Comm;
}

export interface CommApi {
  /**
   * Opens a comm to whoever registered `target` in the page: a JupyterLab extension, or ipywidgets by the target `jupyter.widget`.
   * If nobody did, the page closes it.
   *
   * @example
   * const comm = ray.comm.open("my-plot", { points: [1, 2, 3] });
   * comm.onMsg(({ data }) => console.log("clicked", data));
   * comm.send({ points: [4] });
   * @see https://jupyter-client.readthedocs.io/en/latest/messaging.html#opening-a-comm
   */
  open(target: string, data?: CommData, options?: CommOptions): Comm;
  /**
   * From now on `opened` gets the comms that the page opens for `target`. Dispose of what it returns, or register another
   * function, to end that.
   *
   * @example
   * ray.comm.register("my-form", (comm, { data }) => comm.onMsg(({ data }) => comm.send({ saved: data })));
   * @see https://jupyter-client.readthedocs.io/en/latest/messaging.html#custom-messages
   */
  register(target: string, opened: (comm: Comm, message: CommMessage) => unknown): Disposable;
}

type Opened = (comm: Comm, message: CommMessage) => unknown;

export function makeComms(host: RayHost): CommApi {
  let comms: Comms | undefined;
  const here = (call: string): Comms => {
    if (!host.comms) throw new RayError(`${call}: there is no notebook page to talk to here. Comms work in the cells of a notebook; a task or actor gives what it has to say to its caller`);
    return (comms ??= new Comms(host.comms));
  };
  return {
    open(target, data, options) {
      checkTarget(target, "ray.comm.open");
      return here("ray.comm.open").open(target, data, options);
    },
    register(target, opened) {
      checkTarget(target, "ray.comm.register");
      if (typeof opened !== "function") throw new TypeError(`ray.comm.register wants a function for the comms that the page opens; got ${describeValue(opened)}`);
      return here("ray.comm.register").register(target, opened);
    },
  };
}

/** Every comm of this process, and who takes the page's. */
class Comms {
  private readonly port: CommPort;
  private readonly channels = new Map<string, OpenComm>();
  private readonly targets = new Map<string, Opened>();

  constructor(port: CommPort) {
    this.port = port;
    port.hear((message) => this.hear(message));
  }

  open(target: string, data: CommData | undefined, options: CommOptions | undefined): Comm {
    const comm = this.add(randomUUID(), target);
    comm.say("open", data, options, "ray.comm.open");
    return comm;
  }

  register(target: string, opened: Opened): Disposable {
    this.targets.set(target, opened);
    this.port.take(target, true);
    return {
      [Symbol.dispose]: () => {
        if (this.targets.get(target) !== opened) return;
        this.targets.delete(target);
        this.port.take(target, false);
      },
    };
  }

  private hear(message: WireMessage): void {
    if (message.what === "open") return this.opened(message);
    const comm = this.channels.get(message.comm);
    if (message.what === "close") this.channels.delete(message.comm);
    comm?.hear(message);
  }

  private opened({ comm: id, target = "", data, metadata, buffers }: WireMessage): void {
    const opened = this.targets.get(target);
    // it was registered when the page asked, and is no more
    if (!opened) return this.port.post({ what: "close", comm: id, data: {}, metadata: {}, buffers: [] });
    opened(this.add(id, target), { data, metadata, buffers });
  }

  private add(id: string, target: string): OpenComm {
    const comm = new OpenComm(id, target, (message) => {
      if (message.what === "close") this.channels.delete(id);
      this.port.post(message);
    });
    this.channels.set(id, comm);
    return comm;
  }
}

class OpenComm implements Comm {
  readonly id: string;
  readonly target: string;
  isClosed = false;
  private readonly post: (message: WireMessage) => void;
  private readonly heard: ((message: CommMessage) => unknown)[] = [];
  private readonly closed: ((message: CommMessage) => unknown)[] = [];

  constructor(id: string, target: string, post: (message: WireMessage) => void) {
    this.id = id;
    this.target = target;
    this.post = post;
  }

  say(what: WireMessage["what"], data: CommData | undefined, options: CommOptions | undefined, call: string): void {
    const { metadata = {}, buffers = [] } = checkOptions(options, COMM_OPTIONS, call);
    this.post({ what, comm: this.id, ...(what === "open" ? { target: this.target } : {}), data: jsonOf(data, call), metadata, buffers: buffers.map(bytesOf) });
  }

  send(data: CommData, options?: CommOptions): void {
    if (this.isClosed) throw new RayError(`comm.send: this comm to "${this.target}" is closed. Open another one: ray.comm.open("${this.target}")`);
    this.say("msg", data, options, "comm.send");
  }

  close(data: CommData = {}, options?: CommOptions): void {
    if (this.isClosed) return;
    this.say("close", data, options, "comm.close");
    this.isClosed = true;
  }

  onMsg(heard: (message: CommMessage) => unknown): this {
    if (typeof heard !== "function") throw new TypeError(`comm.onMsg wants a function; got ${describeValue(heard)}`);
    this.heard.push(heard);
    return this;
  }

  onClose(closed: (message: CommMessage) => unknown): this {
    if (typeof closed !== "function") throw new TypeError(`comm.onClose wants a function; got ${describeValue(closed)}`);
    this.closed.push(closed);
    return this;
  }

  hear({ what, data, metadata, buffers }: WireMessage): void {
    if (what === "close") this.isClosed = true;
    for (const call of [...(what === "close" ? this.closed : this.heard)]) call({ data, metadata, buffers });
  }
}

function checkTarget(target: unknown, call: string): void {
  if (typeof target !== "string" || target === "") throw new TypeError(`${call} wants the name of a target, a string; got ${describeValue(target)}`);
}

/** The object as the page will see it: an error is told here, where it was made. The protocol knows no other data than objects. */
function jsonOf(data: CommData | undefined, call: string): unknown {
  if (data === undefined) return {};
  if (typeof data !== "object" || data === null || Array.isArray(data)) throw new TypeError(`${call} wants its data as an object, like { value: 5 }; got ${describeValue(data)}`);
  try {
    return JSON.parse(JSON.stringify(data));
  } catch (error) {
    throw new TypeError(`${call}: the data cannot be written as JSON: ${(error as Error).message}. Bytes go into the option "buffers"`, { cause: error });
  }
}

const bytesOf = (buffer: ArrayBufferView | ArrayBuffer): Uint8Array =>
  types.isAnyArrayBuffer(buffer) ? new Uint8Array(buffer) : new Uint8Array((buffer as ArrayBufferView).buffer as ArrayBuffer, (buffer as ArrayBufferView).byteOffset, (buffer as ArrayBufferView).byteLength);
