import { resolve } from 'node:path'
import { openOutput } from '../../host/output-file.ts'
import type { Confidence } from '../../sketch/index.ts'
import type { Command, CommandContext, CommandGroup } from '../command.ts'
import { benchCommand } from '../sketch/bench-command.ts'
import { isDialect, readSketchFile, uniteSketches } from '../sketch/sketch-file.ts'
import { type AnySketch, type TargetFormat, writeSketch } from '../sketch/sketch-format.ts'
import { estimateFields, sketchCells, sketchFields, sketchHead } from '../sketch/sketch-report.ts'
import { tableFormat } from '../sketch/table-format.ts'
import { formatTable } from '../text-table.ts'

const formats = 'headcount, DataSketches HLL or theta, Redis HYLL, postgresql-hll'
const files = {
  name: 'files',
  description: `sketches as bytes: ${formats}; - is standard input`,
  required: true,
  variadic: true
}

const inspect: Command = {
  name: 'inspect',
  summary: 'show what sketches hold, and their estimates with all bounds',
  options: ['format'],
  arguments: [files],
  examples: ['headcount sketch inspect users.hcs', 'headcount sketch inspect *.sk --format jsonl'],
  async run(context) {
    const format = tableFormat(context)
    const rows: (readonly string[])[] = []
    for (const path of context.args) {
      const file = await readSketchFile(path, context)
      if (format !== 'jsonl') rows.push(sketchCells(file))
      else await context.stdout.line(JSON.stringify(sketchFields(file)))
    }
    if (format !== 'jsonl') {
      await context.stdout.write(formatTable(sketchHead, rows, format, context.stdout))
    }
    return 0
  }
}

const estimate: Command = {
  name: 'estimate',
  summary: 'print how many different keys sketches stand for',
  options: ['confidence', 'format'],
  arguments: [files],
  examples: [
    'headcount sketch estimate users.hcs',
    'headcount sketch estimate monday.hcs tuesday.hcs --confidence 0.997 --format jsonl'
  ],
  async run(context) {
    const rows: Estimated[] = []
    for (const path of context.args) {
      const { sketch } = await readSketchFile(path, context)
      rows.push({ file: path, sketch })
    }
    await printEstimates(rows, context)
    return 0
  }
}

const merge: Command = {
  name: 'merge',
  summary: 'write the union of sketches, and print how many different keys it has',
  options: ['sketch-output', 'to', 'confidence', 'format'],
  arguments: [files],
  examples: [
    'headcount sketch merge -o week.hcs monday.hcs tuesday.hcs wednesday.hcs',
    'headcount sketch merge --output union.sk --to datasketches-hll8 ours.hcs theirs.sk'
  ],
  async run(context) {
    const { options, args } = context
    const output = options.need('sketch-output', 'the union')
    let union: AnySketch | undefined
    for (const path of args) {
      const { sketch } = await readSketchFile(path, context)
      union = union ? uniteSketches(union, sketch) : sketch
    }
    await writeOutput(output, bytesOf(union!, options.get('to')), context)
    if (output !== '-') await printEstimates([{ file: output, sketch: union! }], context)
    return 0
  }
}

const convert: Command = {
  name: 'convert',
  summary: 'write a sketch in another format of the same hash',
  options: ['sketch-output', 'to'],
  arguments: [{ name: 'file', description: files.description, required: true }],
  examples: [
    'headcount sketch convert --to datasketches-hll8 -o users.sk users.hcs',
    'headcount sketch convert --to headcount -o - theirs.sk | headcount sketch inspect -'
  ],
  async run(context) {
    const { options, args } = context
    const output = options.need('sketch-output', 'the converted sketch')
    const format = options.need('to', 'converting')
    const { sketch } = await readSketchFile(args[0]!, context)
    await writeOutput(output, writeSketch(sketch, format), context)
    return 0
  }
}

export const sketchCommand: CommandGroup = {
  name: 'sketch',
  summary: 'read, merge and convert sketches in files, and compare their kinds',
  commands: [inspect, estimate, merge, convert, benchCommand]
}

interface Estimated {
  readonly file: string
  readonly sketch: AnySketch
}

async function printEstimates(rows: readonly Estimated[], context: CommandContext): Promise<void> {
  const { options, stdout } = context
  const confidence = Number(options.get('confidence')) as Confidence
  const format = tableFormat(context)
  if (format === 'jsonl') {
    for (const { file, sketch } of rows) {
      await stdout.line(JSON.stringify({ file, ...estimateFields(sketch.estimate(confidence)) }))
    }
    return
  }
  const cells = rows.map(({ file, sketch }) => {
    const { value, low, high, method } = sketch.estimate(confidence)
    return [file, String(value), String(low), String(high), method]
  })
  const head = ['file', 'estimate', 'low', 'high', 'method']
  await stdout.write(formatTable(head, cells, format, stdout))
}

/** Unless told, the union of dialects stays in their format, and everything else becomes ours. */
function bytesOf(sketch: AnySketch, format: TargetFormat | undefined): Uint8Array {
  if (format === undefined && isDialect(sketch)) return sketch.serialize()
  return writeSketch(sketch, format ?? 'headcount')
}

async function writeOutput(
  path: string,
  bytes: Uint8Array,
  { stdout, folder }: CommandContext
): Promise<void> {
  if (path === '-') return stdout.write(bytes)
  const output = await openOutput(resolve(folder, path))
  try {
    await output.write(bytes)
  } finally {
    await output.close()
  }
}
