/**
 * Looks into a function of this process with V8's own inspector, in this thread: where it stands in which script, and the
 * variables around it. No port is opened, nothing pauses; 0.15 ms a look.
 */
import { Session, type Runtime } from "node:inspector";
import { runInThisContext } from "node:vm";

export interface FunctionPlace {
  readonly scriptId: string;
  /** 0-based; of the parameters for a method, else of the function's beginning. */
  readonly line: number;
  readonly column: number;
}

export interface ClosureScope {
  /** `Closure (outer)`, `Block`, `Module`, `Script`. */
  readonly description: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface Closure {
  readonly place: FunctionPlace;
  /** From the innermost; without the global object. */
  readonly scopes: readonly ClosureScope[];
}

export interface ScriptText {
  /** What V8 knows the script by; "" for one without a name. */
  readonly url: string;
  readonly text: string;
}

const DOOR = "__rayTsClosureDoor";
const GROUP = "ray-ts";

/** Runs inside: `this` is the list of scopes. */
const READ_SCOPES = `function () {
  const door = globalThis[${JSON.stringify(DOOR)}];
  for (let i = 0; i < this.length; i++) {
    const { description, object } = this[i];
    if (object === globalThis) continue;
    const values = Object.create(null);
    for (const name of door.names) if (Object.prototype.hasOwnProperty.call(object, name)) values[name] = object[name];
    door.scopes.push({ description, values });
  }
}`;

interface Door {
  readonly code: Function;
  readonly names: readonly string[];
  readonly scopes: ClosureScope[];
}

export class ClosureInspector {
  private session: Session | undefined;
  private readonly scripts = new Map<string, ScriptText>();
  private readonly global = runInThisContext("globalThis") as Record<string, unknown>;

  /** Undefined for a function without a place: a native or bound one. */
  look(code: Function, names: readonly string[]): Closure | undefined {
    const door: Door = { code, names, scopes: [] };
    Object.defineProperty(this.global, DOOR, { value: door, configurable: true, enumerable: false });
    try {
      return this.lookThrough(door);
    } finally {
      Reflect.deleteProperty(this.global, DOOR);
      this.post("Runtime.releaseObjectGroup", { objectGroup: GROUP });
    }
  }

  private lookThrough(door: Door): Closure | undefined {
    const { result } = this.post<Runtime.EvaluateReturnType>("Runtime.evaluate", { expression: `globalThis.${DOOR}.code`, objectGroup: GROUP });
    const { internalProperties = [] } = this.post<Runtime.GetPropertiesReturnType>("Runtime.getProperties", { objectId: result.objectId, ownProperties: true });
    const place = internal(internalProperties, "[[FunctionLocation]]")?.value as { scriptId: string; lineNumber: number; columnNumber: number } | undefined;
    const scopes = internal(internalProperties, "[[Scopes]]");
    if (place === undefined || scopes?.objectId === undefined) return undefined;
    if (door.names.length > 0) this.post("Runtime.callFunctionOn", { objectId: scopes.objectId, functionDeclaration: READ_SCOPES });
    return { place: { scriptId: place.scriptId, line: place.lineNumber, column: place.columnNumber }, scopes: door.scopes };
  }

  /** The script as V8 has it: after whatever loader changed it. */
  script(scriptId: string): ScriptText {
    const known = this.scripts.get(scriptId);
    if (known !== undefined) return known;
    const urls = this.listScripts(scriptId);
    this.scripts.set(scriptId, urls);
    return urls;
  }

  /** V8 names scripts only to a debugger: be one for a moment. */
  private listScripts(scriptId: string): ScriptText {
    let url = "";
    const onParsed = ({ params }: { params: { scriptId: string; url: string } }): void => {
      if (params.scriptId === scriptId) url = params.url;
    };
    const session = this.connected();
    session.on("Debugger.scriptParsed", onParsed);
    try {
      this.post("Debugger.enable");
      const { scriptSource } = this.post<{ scriptSource: string }>("Debugger.getScriptSource", { scriptId });
      return { url, text: scriptSource };
    } finally {
      this.post("Debugger.disable");
      session.off("Debugger.scriptParsed", onParsed);
    }
  }

  private connected(): Session {
    if (this.session === undefined) {
      this.session = new Session();
      this.session.connect();
    }
    return this.session;
  }

  /** The inspector answers a session of the same thread before `post` returns. */
  private post<T = unknown>(method: string, params: object = {}): T {
    let answer: { readonly error: unknown; readonly result: T } | undefined;
    this.connected().post(method, params, (error: unknown, result?: object) => (answer = { error, result: result as T }));
    if (answer === undefined) throw new TypeError(`The inspector did not answer ${method}.`);
    if (answer.error !== null && answer.error !== undefined) throw new TypeError(`The inspector refused ${method}: ${JSON.stringify(answer.error)}`);
    return answer.result;
  }
}

function internal(properties: readonly Runtime.InternalPropertyDescriptor[], name: string): Runtime.RemoteObject | undefined {
  return properties.find((property) => property.name === name)?.value;
}
