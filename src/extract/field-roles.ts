import { failure } from '../core/errors.ts'
import { type ExtractOptions, RECORD_KEY, RECORD_TIME } from './extractor.ts'
import { parseFieldPath } from './field-path.ts'
import type { WantedField } from './name-table.ts'

/*
 * What a field is wanted for, one bit each; the number of a bit is also its slot in `FieldSpans`:
 *
 *   0 time | 1 key | 2-5 parts of a composite key | 6-9 by | 10-17 where
 */
export const TIME = 1
export const KEY = 1 << 1
export const PART_SLOT = 2
export const BY_SLOT = 6
export const WHERE_SLOT = 10
export const SLOTS = 18

const PARTS_MAX = 4
const BY_MAX = 4
const WHERE_MAX = 8

const slots = (from: number, count: number): number => ((1 << count) - 1) << from

const PARTS: number = slots(PART_SLOT, PARTS_MAX)
export const WHERE: number = slots(WHERE_SLOT, WHERE_MAX)
/** Roles without which a frame is not counted, nor is it told apart from a damaged one. */
export const NEEDED: number = TIME | KEY | PARTS
/** Roles whose values are noted as spans and judged at the end of the frame. */
export const SPANS: number = PARTS | WHERE | slots(BY_SLOT, BY_MAX)

/** The fields of the key; empty when the record's own is wanted. */
export function keyFields(options: ExtractOptions): readonly string[] {
  const fields = typeof options.key === 'string' ? [options.key] : options.key
  return fields.length === 1 && fields[0] === RECORD_KEY ? [] : fields
}

/** Every field to look for in a frame. Throws `field-path`, `field-count`, `option-conflict`. */
export function wantedFields(options: ExtractOptions): WantedField[] {
  const key = keyFields(options)
  const by = options.by ?? []
  const where = options.where ?? []
  checkCount('--key', key, PARTS_MAX)
  checkCount('--by', by, BY_MAX)
  checkCount('--where', where, WHERE_MAX)
  if (key.length > 1 && (options.keyType ?? 'utf8') !== 'utf8') {
    throw failure('option-conflict', { option: '--key-type', other: '--key of several fields' })
  }
  const keyRole = (index: number) => (key.length === 1 ? KEY : 1 << (PART_SLOT + index))
  return [
    ...key.map((field, index) => ({ path: parseFieldPath(field), role: keyRole(index) })),
    ...(options.time === RECORD_TIME ? [] : [{ path: parseFieldPath(options.time), role: TIME }]),
    ...by.map((field, index) => ({ path: parseFieldPath(field), role: 1 << (BY_SLOT + index) })),
    ...where.map(({ field }, index) => ({
      path: parseFieldPath(field),
      role: 1 << (WHERE_SLOT + index)
    }))
  ]
}

function checkCount(option: string, fields: readonly unknown[], most: number): void {
  if (fields.length > most) throw failure('field-count', { option, count: fields.length, most })
}
