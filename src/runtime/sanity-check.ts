import { failure } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import {
  BAD_KEY,
  BAD_TIME,
  COUNTED,
  type Columns,
  FILTERED,
  NO_KEY,
  NO_TIME,
  TOMBSTONE,
  verdicts
} from '../extract/columns.ts'
import type { ExtractOptions, Extractor } from '../extract/extractor.ts'
import { keyFields } from './settings.ts'

const FRAMES_TO_JUDGE = 10_000
const SHARE_COUNTED_MIN = 0.01
const FRAMES_TO_NAME = 20
const NAMES_MAX = 12
/** Verdicts on frames that are JSON objects. */
const WITH_FIELDS: ReadonlySet<number> = new Set([NO_KEY, BAD_KEY, NO_TIME, BAD_TIME])

/**
 * Notices a wrong `--key` or `--time` early: when next to nothing of the first frames can be
 * counted, it stops with the field names that are there and the nearest match.
 */
export class SanityCheck {
  private readonly extractor: Extractor
  private readonly wanted: ExtractOptions
  private readonly frames = new Float64Array(verdicts.length)
  private read = 0
  private named = 0
  private readonly names = new Map<string, number>()
  private done = false

  constructor(extractor: Extractor, wanted: ExtractOptions) {
    this.extractor = extractor
    this.wanted = wanted
  }

  /** No more judgement: the fields have proved right before. */
  trust(): void {
    this.done = true
  }

  /** @throws nothing-counted after 10,000 frames with less than 1 % counted */
  observe(bytes: Uint8Array, columns: Columns): void {
    if (this.done) return
    // Up to the last frame that it takes, however many come at once: what it says depends on nothing else.
    for (let i = 0; i < columns.count && !this.done; i++) {
      const verdict = columns.verdict[i]!
      this.frames[verdict]!++
      // What --where leaves out, and a record without a frame, say nothing about the fields.
      if (verdict !== FILTERED && verdict !== TOMBSTONE) this.read++
      this.done = this.read >= FRAMES_TO_JUDGE
      if (WITH_FIELDS.has(verdict) && this.named < FRAMES_TO_NAME) {
        this.named++
        const frame = [columns.start[i]!, columns.end[i]!] as const
        for (const name of this.extractor.fieldNames(bytes, ...frame)) {
          this.names.set(name, (this.names.get(name) ?? 0) + 1)
        }
      }
    }
    if (this.done && this.frames[COUNTED]! < this.read * SHARE_COUNTED_MIN) throw this.refusal()
  }

  /** For input that ends before the check has seen enough. @throws nothing-counted */
  end(): void {
    if (!this.done && this.read > 0 && this.frames[COUNTED] === 0) throw this.refusal()
  }

  private refusal(): Error {
    const reasons = verdicts
      .map((reason, code) => ({ reason, frames: this.frames[code]! }))
      .filter(({ frames }, code) => frames > 0 && code !== COUNTED)
      .sort((left, right) => right.frames - left.frames)
      .map(({ reason, frames }) => `${frames} ${reason}`)
    const fields = [...this.names.keys()]
    return failure('nothing-counted', {
      counted: this.frames[COUNTED]!,
      frames: this.read,
      reasons: reasons.join(', '),
      fields: fields.slice(0, NAMES_MAX).join(', ') || 'none',
      suggestion: this.suggestion(fields)
    })
  }

  /** What to do about the most frequent reason. */
  private suggestion(fields: readonly string[]): string {
    const reasons = [...WITH_FIELDS].sort((left, right) => this.frames[right]! - this.frames[left]!)
    const reason = reasons[0]!
    if (this.frames[reason] === 0) return 'check that the input holds one JSON object per frame'
    const isKey = reason === NO_KEY || reason === BAD_KEY
    const { keyType = 'utf8' } = this.wanted
    const [option, wanted] = isKey
      ? ['--key', this.missingKey(fields)]
      : ['--time', this.wanted.time]
    if (reason === BAD_KEY) {
      return keyType === 'int64' || keyType === 'float64'
        ? `the values of ${wanted} are no ${keyType}: choose another --key-type`
        : `the values of ${wanted} are objects or arrays: choose another ${option}`
    }
    if (reason === BAD_TIME) return `the values of ${wanted} are no times: choose another ${option}`
    if (wanted.startsWith('@'))
      return `the records have no ${wanted.slice(1)}: name a field with ${option}`
    if (fields.includes(wanted))
      return `${wanted} is there, but null or empty: choose another ${option}`
    if (fields.includes(topLevel(wanted)))
      return `there is no ${wanted}, or it is null or empty: choose another ${option}`
    const match = nearest(wanted, fields)
    return match ? `did you mean ${option} ${match}?` : `check ${option}: there is no ${wanted}`
  }

  /** Of a key of several fields, the first that the frames don't have. */
  private missingKey(fields: readonly string[]): string {
    const keys = keyFields(this.wanted)
    return keys.find(key => !fields.includes(topLevel(key))) ?? keys.join(',')
  }
}

/** `user` of `user.id`. */
function topLevel(field: string): string {
  const [first = field] = /^(?:\\.|[^.\\])+/.exec(field) ?? []
  return first.replaceAll(/\\(.)/g, '$1')
}
