import { resolve } from 'node:path'
import { failure, isFailure } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { mergeSketches, type Sketch } from '../../sketch/index.ts'
import { PostgresHll } from '../../sketch/postgres-hll.ts'
import { RedisHll } from '../../sketch/redis-hll.ts'
import type { CommandContext } from '../command.ts'
import { type AnySketch, formatOf, readSketch, type SketchFormat } from './sketch-format.ts'
import { wholeInput } from './whole-input.ts'

/** A sketch with the file it came from. */
export interface SketchFile {
  /** As it was given; `-` is standard input. */
  readonly path: string
  readonly format: SketchFormat
  readonly bytes: number
  readonly sketch: AnySketch
}

/**
 * Reads a sketch of any known format.
 * @throws input-…, sketch-unknown, sketch-unreadable, format-version
 */
export async function readSketchFile(path: string, context: CommandContext): Promise<SketchFile> {
  const source = path === '-' ? path : resolve(context.folder, path)
  const bytes = await wholeInput(source, context.stdin, limits.sketchFileBytesMax)
  const format = formatOf(bytes)
  if (!format) throw failure('sketch-unknown', { path })
  try {
    return { path, format, bytes: bytes.length, sketch: readSketch(bytes, format) }
  } catch (error) {
    if (!isFailure(error, 'format-damaged')) throw error
    throw failure('sketch-unreadable', { path, problem: error.message }, error)
  }
}

/** The union of two sketches; both may be used up by it. @throws sketch-mismatch */
export function uniteSketches(left: AnySketch, right: AnySketch): AnySketch {
  if (isDialect(left)) {
    left.merge(right)
    return left
  }
  if (isDialect(right)) {
    throw failure('sketch-mismatch', { left: left.kind, right: right.kind })
  }
  return mergeSketches(left as Sketch, right as Sketch)
}

/** True for a sketch with a hash of its own: it is written in its own format and no other. */
export function isDialect(sketch: AnySketch): sketch is RedisHll | PostgresHll {
  return sketch instanceof RedisHll || sketch instanceof PostgresHll
}
