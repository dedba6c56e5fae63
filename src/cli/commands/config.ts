import { type OptionName, optionNames } from '../../runtime/options/option-table.ts'
import { resolveOptions } from '../../runtime/options/resolve-options.ts'
import { publicValue } from '../../runtime/options/secrets.ts'
import type { Command, CommandContext, CommandGroup } from '../command.ts'
import { formatTable } from '../text-table.ts'

interface Row {
  readonly option: OptionName
  readonly value: string
  readonly origin: string
}

const show: Command = {
  name: 'show',
  summary: 'print the value of every option; secrets are masked',
  options: ['origin', 'format'],
  examples: [
    'headcount config show',
    'headcount config show --origin',
    'HEADCOUNT_BROKERS=kafka-1:9092 headcount config show --origin --format jsonl'
  ],
  async run(context) {
    const rows = configRows(context)
    const withOrigin = context.options.get('origin')
    const asked = context.options.get('format')
    const format = asked === 'auto' ? (context.stdout.isTerminal ? 'table' : 'jsonl') : asked
    if (format === 'jsonl') {
      for (const { option, value, origin } of rows) {
        const record = withOrigin ? { option, value, origin } : { option, value }
        await context.stdout.line(JSON.stringify(record))
      }
      return 0
    }
    const head = withOrigin ? ['option', 'value', 'origin'] : ['option', 'value']
    const cells = rows.map(row =>
      withOrigin ? [row.option, row.value, row.origin] : [row.option, row.value]
    )
    await context.stdout.write(formatTable(head, cells, format, context.stdout))
    return 0
  }
}

/** Every option that has a value, as it would hold for a command started here and now. */
function configRows({ layers }: CommandContext): readonly Row[] {
  // Flags belong to `config show` itself; what the other commands get comes from elsewhere.
  const lasting = layers.filter(layer => layer.kind !== 'flag')
  const options = resolveOptions(optionNames, lasting)
  return optionNames.flatMap(option => {
    const value = options.get(option)
    const origin = options.origin(option)
    if (value === undefined || origin === undefined) return []
    return [{ option, value: publicValue(option, value), origin: origin.label }]
  })
}

export const configCommand: CommandGroup = {
  name: 'config',
  summary: 'show the configuration and where it comes from',
  commands: [show]
}
