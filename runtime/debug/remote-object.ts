/** Values of the session as V8's inspector describes them, and their text. */
import { cleanMessage } from "../compile/stack-map.ts";

/** https://chromedevtools.github.io/devtools-protocol/v8/Runtime/#type-RemoteObject */
export interface RemoteObject {
  readonly type: string;
  readonly subtype?: string;
  readonly className?: string;
  readonly value?: unknown;
  readonly unserializableValue?: string;
  readonly description?: string;
  readonly objectId?: string;
  readonly preview?: ObjectPreview;
}

interface ObjectPreview {
  readonly type: string;
  readonly subtype?: string;
  readonly description?: string;
  readonly overflow: boolean;
  readonly properties: readonly { readonly name: string; readonly type: string; readonly subtype?: string; readonly value?: string }[];
  readonly entries?: readonly { readonly key?: ObjectPreview; readonly value: ObjectPreview }[];
}

export interface ExceptionDetails {
  readonly text: string;
  readonly exception?: RemoteObject;
}

/** Of `Runtime.evaluate`, `Debugger.evaluateOnCallFrame`, `Runtime.callFunctionOn`. */
export interface Evaluated {
  readonly result: RemoteObject;
  readonly exceptionDetails?: ExceptionDetails;
}

export interface PropertyDescriptor {
  readonly name: string;
  readonly value?: RemoteObject;
  readonly get?: RemoteObject;
  readonly isOwn?: boolean;
  readonly enumerable?: boolean;
  readonly symbol?: RemoteObject;
}

export type CallArgument = { readonly objectId: string } | { readonly value: unknown } | { readonly unserializableValue: string };

const LONGEST_TEXT = 1000;

export function argumentOf({ objectId, unserializableValue, value }: RemoteObject): CallArgument {
  if (objectId !== undefined) return { objectId };
  return unserializableValue === undefined ? { value } : { unserializableValue };
}

/** One line for a person. */
export function textOf(object: RemoteObject): string {
  const { type, subtype, value, description = "", preview } = object;
  if (type === "undefined") return "undefined";
  if (subtype === "null") return "null";
  if (type === "string") return cut(JSON.stringify(cut(String(value))));
  if (type === "function") return cut(functionText(description));
  if (type !== "object") return object.unserializableValue ?? description ?? String(value);
  if (subtype === "error") return cut(firstLine(cleanMessage(description)));
  if (preview === undefined || subtype === "regexp" || subtype === "date") return cut(description);
  return cut(previewText(preview));
}

/** JavaScript's own name for what it is. */
export function typeOf({ type, subtype, className, description }: RemoteObject): string {
  if (type !== "object") return type;
  if (subtype === "null") return "null";
  return className ?? firstLine(description ?? type);
}

export const textOfException = ({ exception, text }: ExceptionDetails): string => (exception === undefined ? text : exception.type === "object" ? firstLine(cleanMessage(exception.description ?? text)) : `${text} ${textOf(exception)}`);

/** How many numbered members it has; undefined for what has none. */
export function lengthOf({ subtype, description = "" }: RemoteObject): number | undefined {
  if (!["array", "typedarray", "map", "set"].includes(subtype ?? "")) return undefined;
  const [, length] = /\((\d+)\)$/.exec(description) ?? [];
  return length === undefined ? undefined : Number(length);
}

function previewText({ subtype, description = "", properties, entries, overflow }: ObjectPreview): string {
  const more = overflow ? ", …" : "";
  if (entries !== undefined) return `${description} {${entries.map(({ key, value }) => (key === undefined ? memberText(value) : `${memberText(key)} => ${memberText(value)}`)).join(", ")}${more}}`;
  if (subtype === "array" || subtype === "typedarray") return `${description} [${properties.map((each) => propertyText(each)).join(", ")}${more}]`;
  const body = `{${properties.map((each) => `${each.name}: ${propertyText(each)}`).join(", ")}${more}}`;
  return description === "Object" ? body : `${description} ${body}`;
}

const memberText = ({ type, description = "" }: ObjectPreview): string => (type === "string" ? JSON.stringify(description) : description);

function propertyText({ type, value = "", subtype }: { readonly type: string; readonly value?: string; readonly subtype?: string }): string {
  if (type === "string") return JSON.stringify(value);
  if (type === "function") return "ƒ";
  return type === "accessor" ? "(…)" : type === "object" && subtype === undefined && value === "Object" ? "{…}" : value;
}

function functionText(description: string): string {
  const head = firstLine(cleanMessage(description)).replace(/\s*\{$/, "");
  return head.startsWith("class") ? head : `ƒ ${head}`;
}

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";
const cut = (text: string): string => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text);
