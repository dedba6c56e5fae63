import { Random } from '../core/random.ts'

export interface ZipfOptions {
  /** Words to write, whole. */
  readonly words: number
  /** Different words there are to choose from. */
  readonly vocabulary: number
  /** The word of rank r comes with a probability proportional to r^−exponent: 1 is like natural text. */
  readonly exponent: number
  readonly seed: number
}

const LETTERS = 26
const LETTER_A = 97
const SPACE = 32
const LINE_FEED = 10
const WORDS_PER_LINE = 10

/** A text of made-up lower-case words, the frequent ones short; the same options give the same bytes. */
export function zipfText({ words, vocabulary, exponent, seed }: ZipfOptions): Uint8Array {
  const random = new Random(seed)
  const shares = cumulativeShares(vocabulary, exponent)
  let bytes = new Uint8Array(1024)
  let end = 0
  for (let word = 1; word <= words; word++) {
    if (end + 16 > bytes.length) {
      const larger = new Uint8Array(bytes.length * 2)
      larger.set(bytes)
      bytes = larger
    }
    end = spell(rankOf(random.real(), shares), bytes, end)
    bytes[end++] = word % WORDS_PER_LINE === 0 ? LINE_FEED : SPACE
  }
  return bytes.slice(0, end)
}

function cumulativeShares(vocabulary: number, exponent: number): Float64Array {
  const shares = new Float64Array(vocabulary)
  let sum = 0
  for (let rank = 1; rank <= vocabulary; rank++) {
    sum += rank ** -exponent
    shares[rank - 1] = sum
  }
  return shares.map(share => share / sum)
}

/** The first rank, from 1, whose cumulated share is above `real`. */
function rankOf(real: number, shares: Float64Array): number {
  let from = 0
  let to = shares.length - 1
  while (from < to) {
    const middle = (from + to) >>> 1
    if (shares[middle]! > real) to = middle
    else from = middle + 1
  }
  return from + 1
}

/** a … z, aa … zz and so on, the last letter first: each rank has its own word. */
function spell(rank: number, bytes: Uint8Array, at: number): number {
  let left = rank
  while (left > 0) {
    left--
    bytes[at++] = LETTER_A + (left % LETTERS)
    left = Math.floor(left / LETTERS)
  }
  return at
}
