/** How the types of a function become the types of its remote form. Types only. */
import type { ObjectRef } from "./object-ref.ts";
import type { ObjectRefGenerator } from "./object-ref-generator.ts";

/** What can be passed for a parameter of type `T`: a value, or a ref to one. A parameter typed ObjectRef wants a ref to a ref. */
export type Arg<T> = (T extends ObjectRef<any> ? never : T) | ObjectRef<T>;

/** A parameter list of which every parameter takes a value or a ref; optional, rest and labelled parameters stay so. */
export type Args<P extends readonly unknown[]> = { [K in keyof P]: Arg<P[K]> };

/** What `.remote()` gives: one ref, of a generator its refs as they are made, or with `numReturns` a tuple of refs, or nothing for 0. */
export type Returned<R, N extends number = 1> =
  [R] extends [never] ? OneOrMore<R, N>
  : 0 extends 1 & R ? OneOrMore<R, N>
  : [R] extends [Generator<infer Y, any, any>] ? ObjectRefGenerator<Awaited<Y>>
  : [R] extends [AsyncGenerator<infer Y, any, any>] ? ObjectRefGenerator<Awaited<Y>>
  : OneOrMore<R, N>;

type OneOrMore<R, N extends number> =
  number extends N ? ObjectRef<Awaited<R>> | ObjectRef<ElementOf<Awaited<R>>>[]
  : N extends 1 ? ObjectRef<Awaited<R>>
  : N extends 0 ? undefined
  : RefTuple<Awaited<R>, N>;

type RefTuple<A, N extends number> =
  A extends readonly unknown[]
    ? number extends A["length"] ? Repeat<ObjectRef<A[number]>, N> : { -readonly [K in keyof A]: ObjectRef<A[K]> }
    : Repeat<ObjectRef<unknown>, N>;

type ElementOf<A> = A extends readonly (infer E)[] ? E : unknown;
type Repeat<T, N extends number, Sofar extends T[] = []> = Sofar["length"] extends N ? Sofar : Repeat<T, N, [...Sofar, T]>;

/** The `numReturns` that a function returning `R` can have: only an array can be split into several refs. */
export type NumReturns<R> =
  IsAnyOrUnknown<Awaited<R>> extends true ? number
  : Awaited<R> extends readonly unknown[] ? (number extends Awaited<R>["length"] ? number : 0 | 1 | Awaited<R>["length"])
  : 0 | 1;

type IsAnyOrUnknown<T> = unknown extends T ? true : false;

/** `F` matched as four overloads: with fewer, TypeScript repeats the first. */
type Overloads<F> = F extends {
  (...args: infer P1): infer R1;
  (...args: infer P2): infer R2;
  (...args: infer P3): infer R3;
  (...args: infer P4): infer R4;
} ? [[P1, R1], [P2, R2], [P3, R3], [P4, R4]] : never;

type IsSame<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** How many overloads `F` has, at most 4. */
export type OverloadCount<F> =
  Overloads<F> extends [infer O1, infer O2, infer O3, infer O4]
    ? IsSame<O1, O4> extends true ? 1 : IsSame<O1, O3> extends true ? 2 : IsSame<O1, O2> extends true ? 3 : 4
    : 1;

/** The call signatures of `.remote` for a function of type `F`: one for each of up to 4 overloads. */
export type RemoteCall<F, N extends number = 1> =
  F extends (...args: infer P) => infer R
    ? OverloadCount<F> extends 1 ? (...args: Args<P>) => Returned<R, N> : OverloadedCall<Overloads<F>, N>
    : never;

type OverloadedCall<O, N extends number> =
  O extends [infer O1, infer O2, infer O3, infer O4]
    ? IsSame<O1, O3> extends true ? OneCall<O3, N> & OneCall<O4, N>
    : IsSame<O1, O2> extends true ? OneCall<O2, N> & OneCall<O3, N> & OneCall<O4, N>
    : OneCall<O1, N> & OneCall<O2, N> & OneCall<O3, N> & OneCall<O4, N>
    : never;

type OneCall<O, N extends number> = O extends [infer P extends readonly unknown[], infer R] ? (...args: Args<P>) => Returned<R, N> : never;

/** What any of the overloads of `F` returns. */
export type AnyReturn<F> = Overloads<F> extends [[any, infer R1], [any, infer R2], [any, infer R3], [any, infer R4]] ? R1 | R2 | R3 | R4 : never;

/** The constructor parameters of a class: a union of tuples when it has overloads. */
export type ConstructorArgs<T> = T extends {
  new (...args: infer P1): any;
  new (...args: infer P2): any;
  new (...args: infer P3): any;
  new (...args: infer P4): any;
} ? P1 | P2 | P3 | P4 : never;
