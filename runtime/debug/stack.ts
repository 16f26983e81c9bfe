/** The stack of a stop: V8's frames to the user's, and what can be seen in each. */
import type { Position } from "../compile/positions.ts";
import type { Scope, StackFrame } from "./dap.ts";
import type { RemoteObject } from "./remote-object.ts";
import type { Script, Scripts } from "./scripts.ts";

interface Location {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber?: number;
}

/** https://chromedevtools.github.io/devtools-protocol/v8/Debugger/#type-CallFrame */
export interface CallFrame {
  readonly callFrameId: string;
  readonly functionName: string;
  readonly location: Location;
  readonly functionLocation?: Location;
  readonly scopeChain: readonly { readonly type: string; readonly object: RemoteObject }[];
  readonly this: RemoteObject;
}

/** Frames that awaited, or set a timer: they hold no variables any more. */
export interface AsyncStackTrace {
  readonly description?: string;
  readonly callFrames: readonly { readonly functionName: string; readonly scriptId: string; readonly url: string; readonly lineNumber: number; readonly columnNumber: number }[];
  readonly parent?: AsyncStackTrace;
}

export interface UserFrame {
  readonly shown: StackFrame;
  readonly script: Script;
  readonly position: Position;
  /** Undefined for one that only waits. */
  readonly call: CallFrame | undefined;
  /** Not in a function, but in the cell itself. */
  readonly isCell: boolean;
}

export class Stack {
  readonly frames: readonly UserFrame[];
  /** How many of them are running, not waiting. */
  readonly depth: number;
  /** What is on top: a place in the user's text, code that the compiler added to it, or code of others. */
  readonly onTop: "text" | "added" | "others";

  private constructor(frames: readonly UserFrame[], onTop: Stack["onTop"]) {
    this.frames = frames;
    this.depth = frames.filter(({ call }) => call !== undefined).length;
    this.onTop = onTop;
  }

  static async read(callFrames: readonly CallFrame[], waiting: AsyncStackTrace | undefined, scripts: Scripts, firstId: number): Promise<Stack> {
    const frames: UserFrame[] = [];
    const add = (script: Script, functionName: string, position: Position, call: CallFrame | undefined, isCell: boolean): void => {
      const name = isCell ? (script.cell ?? script.source.name) : functionName || "(anonymous)";
      frames.push({ script, position, call, isCell, shown: { id: firstId + frames.length, name, source: script.source, line: position.line, column: position.column, ...(call === undefined ? { presentationHint: "subtle" as const } : {}) } });
    };
    for (const call of callFrames) {
      const script = await scripts.get(call.location.scriptId);
      const position = script && scripts.positionOf(script, placeOf(call.location));
      if (script !== undefined && position !== undefined) add(script, call.functionName, position, call, isCellFunction(script, call));
    }
    const top = callFrames[0];
    const isUsers = top !== undefined && (await scripts.get(top.location.scriptId)) !== undefined;
    const onTop = !isUsers ? "others" : frames[0]?.call === top ? "text" : "added";
    for (let trace = waiting; trace !== undefined; trace = trace.parent) {
      for (const { functionName, scriptId, lineNumber, columnNumber } of trace.callFrames) {
        const script = await scripts.get(scriptId);
        const position = script && scripts.positionOf(script, { line: lineNumber, column: columnNumber });
        if (script !== undefined && position !== undefined) add(script, functionName, position, undefined, functionName === "" && script.cell !== undefined);
      }
    }
    return new Stack(frames, onTop);
  }

  get(id: unknown): UserFrame | undefined {
    return this.frames.find(({ shown }) => shown.id === id);
  }

  get top(): UserFrame | undefined {
    return this.frames[0];
  }
}

/** What code in a frame can see, by V8's kinds of scopes, the innermost first. */
export function scopesOf({ call }: UserFrame): { readonly locals: RemoteObject[]; readonly closure: RemoteObject[] } {
  const chain = call?.scopeChain ?? [];
  const ofKind = (...kinds: readonly string[]): RemoteObject[] => chain.filter(({ type }) => kinds.includes(type)).map(({ object }) => object);
  return { locals: ofKind("local", "block", "catch", "with", "eval"), closure: ofKind("closure", "module") };
}

export const scope = (name: string, variablesReference: number): Scope => ({ name, variablesReference, expensive: false });

export const placeOf = ({ lineNumber, columnNumber = 0 }: Location): { line: number; column: number } => ({ line: lineNumber, column: columnNumber });

/** The function that the compiler put around the cell's text begins on a line of its own. */
const isCellFunction = ({ cell }: Script, { functionName, functionLocation }: CallFrame): boolean => cell !== undefined && functionName === "" && functionLocation?.lineNumber === 0;
