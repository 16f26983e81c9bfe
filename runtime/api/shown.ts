/** Values that stand for an output of the same cell: as its last value they show nothing a second time. */

const shown = new WeakMap<object, string | undefined>();

export function noteShown<T extends object>(value: T, origin: string | undefined): T {
  shown.set(value, origin);
  return value;
}

export const isShownIn = (value: unknown, origin: string | undefined): boolean => typeof value === "object" && value !== null && shown.has(value) && shown.get(value) === origin;
