import { setImmediate as nextTurn } from 'node:timers/promises'
import { HASH_SEED, type HashColumns } from '../../sketch/index.ts'
import { type Contender, contenders } from './contender.ts'
import { heapGrowth } from './heap-growth.ts'
import type { WordList } from './word-list.ts'

/** One line of the result. */
export interface BenchmarkRow {
  readonly algorithm: string
  readonly kind: string
  readonly precision?: number
  /** Bytes of the state when stored; absent for what is not stored. */
  readonly storedBytes?: number
  readonly memoryBytes: number
  /** Where `memoryBytes` comes from. */
  readonly memory: 'heap growth, measured' | 'tables, computed'
  readonly count: number
  /** count / truth − 1, with the one hash that sketches of headcount use. */
  readonly error: number
  /** Root of the mean squared error over the seeds, of which that hash is the first. */
  readonly rmse: number
  readonly nsPerKey: number
}

export interface BenchmarkResult {
  readonly words: number
  readonly distinct: number
  readonly seeds: number
  readonly rows: readonly BenchmarkRow[]
}

const BATCH = 4_096
/** Microseconds of passes over the text that are timed. */
const MEASURED_US = 250_000

/** Counts the words of a text in each way. `step` is told before each seed, and may throw to stop. */
export async function benchmarkWords(
  words: WordList,
  seeds: number,
  step: (seed: number) => void
): Promise<BenchmarkResult> {
  const distinct = words.distinct()
  const set = setRow(words)
  const all = contenders()
  const rows: BenchmarkRow[] = [set]
  const errors = await errorsOf(all, distinct, seeds, step)
  for (const [index, contender] of all.entries()) {
    const nsPerKey = passTime(words.count, () => {
      contender.clear()
      addWords([contender], words, HASH_SEED)
    })
    const { name, kind, precision } = contender
    const count = contender.count()
    rows.push({
      algorithm: name,
      kind,
      ...(precision === undefined ? {} : { precision }),
      storedBytes: contender.storedBytes(),
      memoryBytes: contender.memoryBytes(),
      memory: 'tables, computed',
      count,
      error: count / distinct.count - 1,
      rmse: errors[index]!,
      nsPerKey
    })
  }
  return { words: words.count, distinct: distinct.count, seeds, rows }
}

/** What everybody would write. Its strings are made from the bytes, as the hashes of the others are. */
function setRow(words: WordList): BenchmarkRow {
  const build = () => {
    const set = new Set<string>()
    for (let i = 0; i < words.count; i++) set.add(words.word(i))
    return set
  }
  const nsPerKey = passTime(words.count, build)
  const { made, bytes } = heapGrowth(build)
  return {
    algorithm: 'Set of strings',
    kind: 'set',
    memoryBytes: bytes,
    memory: 'heap growth, measured',
    count: made.size,
    error: 0,
    rmse: 0,
    nsPerKey
  }
}

/** Root mean squared errors over the seeds: only different words matter, so only they are hashed. */
async function errorsOf(
  all: readonly Contender[],
  distinct: WordList,
  seeds: number,
  step: (seed: number) => void
): Promise<readonly number[]> {
  const squares = all.map(() => 0)
  for (let seed = 0; seed < seeds; seed++) {
    step(seed)
    await nextTurn()
    for (const contender of all) contender.clear()
    addWords(all, distinct, HASH_SEED + seed)
    for (const [index, contender] of all.entries()) {
      squares[index]! += (contender.count() / distinct.count - 1) ** 2
    }
  }
  return squares.map(sum => Math.sqrt(sum / seeds))
}

const columns: HashColumns = {
  h1lo: new Uint32Array(BATCH),
  h1hi: new Uint32Array(BATCH),
  h2lo: new Uint32Array(BATCH),
  h2hi: new Uint32Array(BATCH)
}

function addWords(all: readonly Contender[], words: WordList, seed: number): void {
  for (let from = 0; from < words.count; from += BATCH) {
    const to = Math.min(from + BATCH, words.count)
    words.hashInto(columns, from, to, seed)
    for (const contender of all) contender.addColumns(columns, 0, to - from)
  }
}

/**
 * Nanoseconds of this thread per word of a pass over the text, over so many passes that they can be
 * measured: what else the machine does is left out. The first pass is not timed.
 */
function passTime(words: number, pass: () => unknown): number {
  pass()
  const before = process.threadCpuUsage()
  for (let passes = 1; ; passes++) {
    pass()
    const { user, system } = process.threadCpuUsage(before)
    if (user + system >= MEASURED_US) return ((user + system) * 1e3) / (passes * words)
  }
}
