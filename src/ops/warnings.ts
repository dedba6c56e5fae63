const KINDS_MAX = 100

/**
 * What went not quite right: one line for each kind and place, however often it is noticed. Bounded;
 * what finds no room is counted.
 */
export class Warnings {
  /** Kinds that found no room. */
  dropped = 0
  private readonly byKind = new Map<string, string>()

  /** `kind` is the identity (`clock-ahead events-3`), `text` the newest wording. */
  add(kind: string, text: string): void {
    if (this.byKind.has(kind) || this.byKind.size < KINDS_MAX) this.byKind.set(kind, text)
    else this.dropped++
  }

  entries(): readonly (readonly [string, string])[] {
    return [...this.byKind]
  }

  /** In the order in which they came up first. */
  list(): readonly string[] {
    return [...this.byKind.values()]
  }
}
