export const noop = () => undefined;
export const echo = (x) => x;
