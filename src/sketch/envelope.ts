import { AdaptiveSketch } from './adaptive-sketch.ts'
import { KIND_ADAPTIVE, KIND_EXACT, openEnvelope } from './envelope-layout.ts'
import { ExactSketch } from './exact-sketch.ts'
import type { Sketch } from './sketch.ts'

/**
 * The sketch in an envelope. Nothing in it is trusted: each bound is checked, and the memory taken is
 * at most about 16 times the input. The bytes aren't referenced afterwards.
 * @throws format-damaged, format-version
 */
export function wrapSketch(bytes: Uint8Array): Sketch {
  const { header, payload } = openEnvelope(bytes)
  switch (header.kind) {
    case KIND_EXACT:
      return ExactSketch.read(header, payload)
    case KIND_ADAPTIVE:
      return AdaptiveSketch.read(header, payload)
    default:
      throw payload.damaged(`its kind is ${header.kind}`)
  }
}
