/**
 * Makes a store of free functions: what a port names is bound to its context once.
 */

type Bound<F> = {
  readonly [K in keyof F]: F[K] extends (context: never, ...rest: infer R) => infer T
    ? (...rest: R) => T
    : never;
};

/** The same functions without their first parameter, which is `context` at every call. */
export function bind<
  C,
  F extends Readonly<Record<string, (context: C, ...rest: never[]) => unknown>>,
>(context: C, functions: F): Bound<F> {
  const bound = Object.entries(functions).map(([name, call]) => [
    name,
    (...rest: never[]) => call(context, ...rest),
  ]);
  return Object.fromEntries(bound) as Bound<F>;
}
