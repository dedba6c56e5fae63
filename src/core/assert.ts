/** Stops on a broken invariant: a bug of ours, never a user's mistake. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${message}`)
}

/** For switch defaults: the compiler proves that no case is missing. */
export function unreachable(value: never): never {
  throw new Error(`broken invariant: unexpected ${String(value)}`)
}
