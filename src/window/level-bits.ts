/** What of a level decides which partials its windows take; levels ascend, children first. */
interface Shape {
  readonly name: string
  readonly child: number
  readonly asked: boolean
}

interface Bits {
  readonly bit: number
  readonly needed: number
  readonly added: boolean
}

/**
 * Gives each level its bit and the bits that its windows need of a partial.
 *
 * A size that the app began with needs its own. A level that was kept only for larger ones needs the bits of
 * all of them: each is united from it, so it must hold nothing that one of them is too late for. (That
 * a size kept for itself holds nothing of the kind is the plan's promise: a parent is kept at least as long.)
 *
 * Of what was added later no partial says anything, so it takes what its child takes: the union of its
 * children is all that it ever is. That leaves stage 1, and every partial on its way, as they are.
 *
 * @param begun names of the sizes that the app began with
 * @param first the levels that there were then
 */
export function levelBits<S extends Shape>(
  shapes: readonly S[],
  begun: ReadonlySet<string>,
  first: { has(name: string): boolean }
): readonly (S & Bits)[] {
  let bits = 0
  const own = shapes.map(({ name }) => (begun.has(name) ? bits++ : -1))
  const needed = own.map(bit => (bit < 0 ? 0 : 1 << bit))
  for (const [index, { name, child }] of [...shapes.entries()].reverse()) {
    if (first.has(name) && child >= 0 && own[child]! < 0) needed[child]! |= needed[index]!
  }
  for (const [index, { name, child }] of shapes.entries()) {
    if (!first.has(name)) needed[index] = needed[child]!
  }
  return shapes.map((shape, index) => ({
    ...shape,
    bit: own[index]!,
    needed: needed[index]!,
    added: !first.has(shape.name)
  }))
}
