import { AdaptiveSketch } from './adaptive-sketch.ts'
import {
  KIND_ADAPTIVE,
  KIND_EXACT,
  KIND_HLL,
  KIND_LINEAR,
  KIND_THETA,
  KIND_ULL,
  openEnvelope
} from './envelope-layout.ts'
import { ExactSketch } from './exact-sketch.ts'
import { HllSketch } from './hll-sketch.ts'
import { LinearSketch } from './linear-sketch.ts'
import type { Sketch } from './sketch.ts'
import { ThetaSketch } from './theta-sketch.ts'
import { UllSketch } from './ull-sketch.ts'

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
    case KIND_LINEAR:
      return LinearSketch.read(header, payload)
    case KIND_HLL:
      return HllSketch.read(header, payload)
    case KIND_ULL:
      return UllSketch.read(header, payload)
    case KIND_THETA:
      return ThetaSketch.read(header, payload)
    default:
      throw payload.damaged(`its kind is ${header.kind}`)
  }
}
