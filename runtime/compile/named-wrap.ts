/** Text that names an anonymous function. No imports: workers use it too, and have no parser. */

/** Names an anonymous function as its binding would: it stands in a call now. */
export function namedWrap(name: string): [open: string, close: string] {
  const key = isPlainName(name) && name !== "__proto__" ? name : `[${JSON.stringify(name)}]`;
  return [`{${key}:`, `}${memberAccess(name)}`];
}

const isPlainName = (name: string): boolean => /^[A-Za-z_$][\w$]*$/.test(name);

export const memberAccess = (name: string): string => (isPlainName(name) ? `.${name}` : `[${JSON.stringify(name)}]`);
