/** Which symbols both sides have. */

export const isUnique = (symbol: symbol): boolean => Symbol.keyFor(symbol) === undefined && wellKnownSymbol(symbol) === undefined;

/** `iterator` of Symbol.iterator. */
export function wellKnownSymbol(symbol: symbol): string | undefined {
  const name = symbol.description?.startsWith("Symbol.") === true ? symbol.description.slice(7) : undefined;
  return name !== undefined && (Symbol as unknown as Record<string, unknown>)[name] === symbol ? name : undefined;
}
