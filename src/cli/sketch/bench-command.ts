import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { failure } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { zipfText } from '../../testing/zipf-text.ts'
import type { Command, CommandContext } from '../command.ts'
import { benchmarkChart } from './bar-chart.ts'
import { benchmarkLines, benchmarkTable } from './benchmark-report.ts'
import { tableFormat } from './table-format.ts'
import { wholeInput } from './whole-input.ts'
import { benchmarkWords } from './word-benchmark.ts'
import { WordList } from './word-list.ts'

/** About the size of Shakespeare's works, and about as many different words. */
const GENERATED = { words: 1_000_000, vocabulary: 200_000, exponent: 1 }

export const benchCommand: Command = {
  name: 'bench',
  summary: 'count the words of a text with each kind: bytes, count, error and time',
  options: ['text', 'seeds', 'seed', 'format', 'chart'],
  examples: [
    'headcount sketch bench',
    'headcount sketch bench --text shakespeare.txt.gz --seeds 1000 --chart sketches.svg'
  ],
  run
}

async function run(context: CommandContext): Promise<number> {
  const { options, stdout, stderr, signal } = context
  const words = WordList.of(await textOf(context))
  if (words.count === 0) throw failure('text-empty', { path: options.get('text') ?? 'the text' })
  const seeds = options.get('seeds')
  const result = await benchmarkWords(words, seeds, seed => {
    if (signal.aborted) throw signal.reason
    stderr.status.show(`hash seed ${seed + 1} of ${seeds}`)
  })
  stderr.status.clear()
  const format = tableFormat(context)
  await stdout.write(
    format === 'jsonl' ? benchmarkLines(result) : benchmarkTable(result, format, stdout)
  )
  const chart = options.get('chart')
  if (chart !== undefined) {
    await writeWhole(resolve(context.folder, chart), benchmarkChart(result))
  }
  return 0
}

async function textOf({ options, folder, stdin }: CommandContext): Promise<Uint8Array> {
  const path = options.get('text')
  if (path === undefined) return zipfText({ ...GENERATED, seed: options.get('seed') })
  return wholeInput(path === '-' ? path : resolve(folder, path), stdin, limits.textBytesMax)
}

async function writeWhole(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw failure('output-failed', { path, problem }, error)
  }
}
