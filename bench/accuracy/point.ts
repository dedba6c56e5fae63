import type { Random } from '../../src/core/random.ts'
import {
  type Confidence,
  createSketch,
  mergeSketches,
  type Sketch
} from '../../src/sketch/index.ts'
import { type KeyDraw, PlainDraw, SlotDraw, SmallestDraw } from './key-draw.ts'
import type { StudiedKind } from './theory.ts'

export const CONFIDENCES: readonly Confidence[] = [0.68, 0.95, 0.997]

/** One place of the study. */
export interface Point {
  readonly precision: number
  /** Different keys; drawn slot by slot they are Poisson distributed around it. */
  readonly keys: number
  /** Sketches of disjoint keys that are merged; 1 is one sketch of all. */
  readonly parts: number
}

/** What was seen there over all runs: errors relative to the truth, coverage as shares. */
export interface Accuracy extends Point {
  readonly kind: StudiedKind
  readonly runs: number
  readonly rmse: number
  readonly bias: number
  /** By confidence. */
  readonly coverage: readonly number[]
}

/**
 * Error and coverage of several kinds, each of which sees the same keys. `theta` keeps hashes instead of
 * slots and takes other draws: it is studied by itself.
 */
export function studyPoint(
  point: Point,
  kinds: readonly StudiedKind[],
  runs: number,
  random: Random
): readonly Accuracy[] {
  const draws = drawsOf(point, kinds.includes('theta'))
  const tallies = kinds.map(kind => new Tally(kind, point))
  for (let run = 0; run < runs; run++) {
    let truth = 0
    for (const [part, draw] of draws.entries()) {
      draw.draw(random)
      truth += draw.keys
      for (const tally of tallies) tally.take(draw, part === 0)
    }
    for (const tally of tallies) tally.count(truth)
  }
  return tallies.map(tally => tally.accuracy())
}

/** What one run costs, in random rows: those that are drawn, and looking through the slots. */
export function rowsOf({ precision, keys, parts }: Point): number {
  const slots = 2 ** precision
  return parts * (Math.min(keys / parts, slots) + slots / 16)
}

/**
 * Each part gets its share of the keys. Up to half a key per slot they are drawn one by one: there
 * sketches may keep their coupons, of which a slot's three largest values are not all.
 */
function drawsOf({ precision, keys, parts }: Point, isTheta: boolean): readonly KeyDraw[] {
  const slots = 2 ** precision
  const made = new Map<number, KeyDraw>()
  return Array.from({ length: parts }, (_, part) => {
    const share = Math.floor(keys / parts) + Number(part < keys % parts)
    const known = made.get(share)
    if (known) return known
    const isFew = share <= (isTheta ? slots * 4 : slots / 2)
    const draw = isFew
      ? new PlainDraw(share)
      : isTheta
        ? new SmallestDraw(share, slots + 1)
        : new SlotDraw(share, precision)
    made.set(share, draw)
    return draw
  })
}

class Tally {
  private readonly kind: StudiedKind
  private readonly point: Point
  private readonly whole: Sketch
  private readonly part: Sketch
  private runs = 0
  private sum = 0
  private squares = 0
  private readonly held = CONFIDENCES.map(() => 0)

  constructor(kind: StudiedKind, point: Point) {
    this.kind = kind
    this.point = point
    this.whole = createSketch(kind, point.precision)
    this.part = createSketch(kind, point.precision)
  }

  take(draw: KeyDraw, isFirst: boolean): void {
    const target = isFirst ? this.whole : this.part
    target.clear()
    draw.addTo(target)
    if (!isFirst) mergeSketches(this.whole, target)
  }

  count(truth: number): void {
    let value = 0
    CONFIDENCES.forEach((confidence, i) => {
      const estimate = this.whole.estimate(confidence)
      value = estimate.value
      if (estimate.low <= truth && truth <= estimate.high) this.held[i]!++
    })
    const error = value / truth - 1
    this.runs++
    this.sum += error
    this.squares += error ** 2
  }

  accuracy(): Accuracy {
    const { kind, point, runs } = this
    return {
      ...point,
      kind,
      runs,
      rmse: Math.sqrt(this.squares / runs),
      bias: this.sum / runs,
      coverage: this.held.map(count => count / runs)
    }
  }
}
