/** Functions without a source that could be sent. */

const NATIVE = /\{\s*\[native code\]\s*\}\s*$/;

export const sourceOf = (code: Function): string => Function.prototype.toString.call(code);

export const isNative = (code: Function): boolean => NATIVE.test(sourceOf(code));

export const isBoundFunction = (code: Function): boolean => code.name.startsWith("bound ") && isNative(code);

/** Whether a class's text declares a `#private` member; a comment or string that looks like one counts too. */
export const hasPrivateMembers = (code: Function): boolean => /(^|[^\w$'"`])#[\w$]+\s*[=;({}\n]|(static|get|set|async|\*)\s+#/.test(sourceOf(code));
