import { failure, isFailure } from '../../core/errors.ts'
import type { Cluster } from '../../kafka/connection/cluster.ts'
import type { ClassicMembership } from '../../kafka/group/membership.ts'
import { connectionOptions } from '../../runtime/options/connection-rows.ts'
import type { Command, CommandContext } from '../command.ts'
import { choosePartitions, type RangeWish, readRange } from '../consume/read-range.ts'
import {
  envelopeFormat,
  type RecordFormat,
  templateFormat,
  valueFormat
} from '../consume/record-format.ts'
import { type PrinterOptions, RecordPrinter } from '../consume/record-printer.ts'
import { kafkaSettings } from '../kafka-settings.ts'

export const consumeCommand: Command = {
  name: 'consume',
  summary: 'print the records of a topic',
  options: [
    'topic',
    'read-from',
    'last',
    'read-to',
    'exit-at-end',
    'limit',
    'partition',
    'envelope',
    'template',
    'group',
    'isolation',
    ...connectionOptions
  ],
  examples: [
    'headcount consume --topic events --last 10 --exit-at-end',
    "headcount consume -t events -e -f '%p %o %T %k %v\\n'",
    'headcount consume -t events --from @-15m --envelope | jq .value',
    'headcount consume -t events -e > events.jsonl'
  ],
  run: consume
}

async function consume(context: CommandContext): Promise<number> {
  const { options, stderr, folder } = context
  const topic = options.need('topic', 'reading')
  const format = formatOf(context, topic)
  const group = options.get('group')
  if (group !== undefined && options.given('partition')) {
    throw failure('option-conflict', { option: '--group', other: '--partition' })
  }
  const { Cluster } = await import('../../kafka/connection/cluster.ts')
  const cluster = await Cluster.connect(kafkaSettings(options, folder))
  try {
    const { partitions } = await cluster.topic(topic)
    const wish: RangeWish = {
      topic,
      partitions: choosePartitions(options.get('partition'), partitions.length),
      isolation: options.get('isolation'),
      from: options.get('read-from'),
      last: options.get('last'),
      to: options.get('read-to'),
      exitAtEnd: options.get('exit-at-end'),
      now: context.clock.now()
    }
    const printing: PrinterOptions = {
      stdout: context.stdout,
      format,
      limit: options.get('limit') ?? Infinity,
      signal: context.signal
    }
    const tell = (line: string) => void stderr.line(`headcount: ${line}`)
    if (group === undefined) await printAll(cluster, wish, printing, tell)
    else await printShare(cluster, group, wish, printing, tell)
    return 0
  } finally {
    await cluster.close()
  }
}

function formatOf({ options }: CommandContext, topic: string): RecordFormat {
  const template = options.get('template')
  if (template !== undefined) return templateFormat(template, topic)
  return options.get('envelope') ? envelopeFormat(topic) : valueFormat
}

/** Without a group: every partition asked for. */
async function printAll(
  cluster: Cluster,
  wish: RangeWish,
  printing: PrinterOptions,
  onTrouble: (line: string) => void
): Promise<void> {
  const { RecordReader } = await import('../../kafka/fetch/record-reader.ts')
  const range = await readRange(cluster, wish)
  const { isolation, topic } = wish
  const reader = await RecordReader.open(cluster, topic, range.starts, { isolation, onTrouble })
  const wake = () => reader.wake()
  printing.signal.addEventListener('abort', wake)
  try {
    await new RecordPrinter(printing).print(reader, range)
  } finally {
    printing.signal.removeEventListener('abort', wake)
    await reader.close()
  }
}

/** As a member of a group: the partitions that are ours, from the stored offsets on. */
async function printShare(
  cluster: Cluster,
  group: string,
  wish: RangeWish,
  printing: PrinterOptions,
  onTrouble: (line: string) => void
): Promise<void> {
  const { ClassicMembership } = await import('../../kafka/group/membership.ts')
  const membership = new ClassicMembership(cluster, { group, topic: wish.topic, onTrouble })
  const commit = async (next: ReadonlyMap<number, number>) => {
    try {
      await membership.commit(
        new Map([...next].map(([p, offset]) => [p, { offset, metadata: '' }]))
      )
    } catch (error) {
      // Who has the partition now prints these records again.
      if (!isFailure(error, 'group-lost')) throw error
      onTrouble(error.message)
    }
  }
  const printer = new RecordPrinter({ ...printing, onPrinted: commit })
  let turn = new AbortController()
  let partitions: readonly number[] = []
  membership.onChange(ours => {
    partitions = ours
    turn.abort()
    turn = new AbortController()
  })
  try {
    partitions = await membership.join()
    let ended = false
    while (!ended && !printer.done) {
      const signals = [turn.signal, printing.signal]
      ended = await printOwned(
        cluster,
        membership,
        { ...wish, partitions },
        printer,
        signals,
        onTrouble
      )
    }
  } finally {
    await membership.leave()
  }
}

async function printOwned(
  cluster: Cluster,
  membership: ClassicMembership,
  wish: RangeWish,
  printer: RecordPrinter,
  signals: AbortSignal[],
  onTrouble: (line: string) => void
): Promise<boolean> {
  const { RecordReader } = await import('../../kafka/fetch/record-reader.ts')
  const range = await readRange(cluster, wish)
  const starts = new Map(range.starts)
  for (const partition of wish.partitions) {
    const stored = await membership.committed(partition)
    if (stored) starts.set(partition, stored.offset)
  }
  const { isolation, topic } = wish
  const reader = await RecordReader.open(cluster, topic, starts, { isolation, onTrouble })
  const stopped = AbortSignal.any(signals)
  const wake = () => reader.wake()
  stopped.addEventListener('abort', wake)
  try {
    return await printer.print(reader, { ...range, starts }, () => stopped.aborted)
  } finally {
    stopped.removeEventListener('abort', wake)
    await reader.close()
  }
}
