export const noop = () => undefined;
export const echo = (x) => x;
export const sizeOf = (xs) => xs.length;
