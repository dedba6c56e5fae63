import type { Confidence, Estimate } from '../../sketch/index.ts'
import type { SketchFile } from './sketch-file.ts'

const CONFIDENCES: readonly Confidence[] = [0.68, 0.95, 0.997]

/** What a line of JSON says of an estimate. */
export function estimateFields({ value, low, high, confidence, method, precision }: Estimate) {
  return { estimate: value, low, high, confidence, method, precision }
}

/** Everything there is to say of a sketch, for a line of JSON. */
export function sketchFields({ path, format, bytes, sketch }: SketchFile) {
  const { kind, entries = -1 } = sketch
  const bounds = CONFIDENCES.map(confidence => {
    const { low, high } = sketch.estimate(confidence)
    return { confidence, low, high }
  })
  return {
    file: path,
    format,
    bytes,
    kind,
    ...(entries < 0 ? {} : { entries }),
    ...estimateFields(sketch.estimate(0.95)),
    bounds
  }
}

export const sketchHead = [
  'file',
  'format',
  'kind',
  'lgK',
  'method',
  'entries',
  'bytes',
  'estimate',
  ...CONFIDENCES.map(confidence => `${confidence * 100} %`)
]

/** The same as cells of a table. */
export function sketchCells({ path, format, bytes, sketch }: SketchFile): readonly string[] {
  const { kind, precision, entries = -1 } = sketch
  const { value, method } = sketch.estimate(0.95)
  const intervals = CONFIDENCES.map(confidence => {
    const { low, high } = sketch.estimate(confidence)
    return `${low} to ${high}`
  })
  const kept = entries < 0 ? '' : String(entries)
  return [path, format, kind, String(precision), method, kept, String(bytes), String(value)].concat(
    intervals
  )
}
