const KEYS = 20_000
const KINDS = ['exact', 'adaptive', 'hll', 'ull', 'linear', 'theta']

/**
 * What `headcount/sketch` makes of the keys user-0 … user-19999, in every kind and through every format
 * that our hash has. Runs in a page, in a worker and in Node, which must agree to the byte.
 */
export function answersOf(api) {
  const kernel = api.createHashKernel()
  const keys = columnOf(KEYS)
  const sketches = Object.fromEntries(KINDS.map(kind => [kind, sketchOf(api, kernel, kind, keys)]))
  const plain = KINDS.map(kind => sketchOf(api, api.createHashKernel('plain'), kind, keys))
  const { adaptive, theta } = sketches
  return {
    kernel: kernel.kind,
    isPlainTheSame: KINDS.every((kind, i) => hex(sketches[kind]) === hex(plain[i])),
    bytes: Object.fromEntries(KINDS.map(kind => [kind, hex(sketches[kind])])),
    estimates: Object.fromEntries(KINDS.map(kind => [kind, sketches[kind].estimate(0.95)])),
    copies: KINDS.every(
      kind => hex(api.wrapSketch(sketches[kind].serialize())) === hex(sketches[kind])
    ),
    union: hex(api.mergeSketches(api.wrapSketch(adaptive.serialize()), sketches.ull)),
    hll: [4, 6, 8].map(bits => hexOf(api.writeDataSketchesHll(adaptive, bits))),
    theta: ['plain', 'compressed'].map(form => hexOf(api.writeDataSketchesTheta(theta, form))),
    error: errorOf(() => api.wrapSketch(new Uint8Array(20)))
  }
}

function sketchOf(api, kernel, kind, { bytes, offsets }) {
  const sketch = api.createSketch(kind, kind === 'exact' ? 12 : 11)
  const count = kind === 'exact' ? 500 : KEYS
  kernel.addKeys(sketch, { bytes, offsets }, count)
  return sketch
}

/** Keys back to back, and where each starts. */
function columnOf(count) {
  const encoder = new TextEncoder()
  const offsets = new Uint32Array(count + 1)
  const keys = Array.from({ length: count }, (_, i) => encoder.encode(`user-${i}`))
  for (const [i, key] of keys.entries()) offsets[i + 1] = offsets[i] + key.length
  const bytes = new Uint8Array(offsets[count])
  for (const [i, key] of keys.entries()) bytes.set(key, offsets[i])
  return { bytes, offsets }
}

function hex(sketch) {
  return hexOf(sketch.serialize())
}

function hexOf(bytes) {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

function errorOf(run) {
  try {
    run()
    return 'none'
  } catch (error) {
    return `${error.code}: ${error.message}`
  }
}
