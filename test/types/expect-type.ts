/** True only for identical types: `any`, optional and readonly count. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** `expectType<number>()(value)` compiles only when the type of `value` is exactly `number`. */
export declare function expectType<Wanted>(): <Found>(value: Found, ...isSame: Same<Wanted, Found> extends true ? [] : [never]) => void;
