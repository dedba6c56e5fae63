/** As `bin/headcount.js` starts the process again. */
const YOUNG = '--max-semi-space-size=16'
/** Collect when as much garbage has gathered as survived the last collection. */
const GROWING = '--heap-growing-percent=100'
const HEAP = /(semi|old)[-_]space|heap[-_](size|growing)/

let isBound = false

/**
 * The other half of what bounds a count's garbage (docs/design/0018-garbage.md). Said once the code is loaded and not
 * at the start: V8 takes none of the code that Node and the compile cache keep for it when this flag differs.
 * Whoever sets the heap himself is right.
 */
export function boundGarbage(): void {
  if (isBound) return
  isBound = true
  const given = process.execArgv.filter(flag => flag !== YOUNG)
  if (HEAP.test(given.join(' ') + (process.env.NODE_OPTIONS ?? ''))) return
  process.getBuiltinModule('node:v8').setFlagsFromString(GROWING)
}
