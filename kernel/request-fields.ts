/** Fields of a request's content, which is unknown until checked. A field of the wrong type counts as absent. */
import type { JsonObject } from "./wire/message.ts";

export function stringField(content: JsonObject, name: string, otherwise = ""): string {
  const value = content[name];
  return typeof value === "string" ? value : otherwise;
}

export function integerField(content: JsonObject, name: string): number | undefined {
  const value = content[name];
  return Number.isInteger(value) ? (value as number) : undefined;
}

export function booleanField(content: JsonObject, name: string, otherwise: boolean): boolean {
  const value = content[name];
  return typeof value === "boolean" ? value : otherwise;
}

export const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

export function stringsField(content: JsonObject, name: string): Record<string, string> {
  const value = content[name];
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
