/** Types that are there without an import and have no value by which the session would know them. Pure. */

export const TYPE_KEYWORDS = "any bigint boolean keyof never null number object readonly string symbol typeof undefined unique unknown void".split(" ");

export const LIBRARY_TYPES = ("ArrayLike AsyncGenerator AsyncIterable AsyncIterator Awaited Capitalize ConstructorParameters Exclude Extract Generator InstanceType Iterable IterableIterator Iterator "
  + "IteratorResult Lowercase NonNullable Omit OmitThisParameter Parameters Partial Pick PromiseLike PropertyKey Readonly ReadonlyArray ReadonlyMap ReadonlySet Record "
  + "Required ReturnType ThisParameterType ThisType Uncapitalize Uppercase "
  // those that have a value stand in types as often
  + "Array ArrayBuffer BigInt64Array Date Error Float32Array Float64Array Function Int32Array Map Promise RegExp Set SharedArrayBuffer Uint8Array WeakMap WeakRef WeakSet Buffer URL").split(" ");
