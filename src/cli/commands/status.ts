import { connectionOptions } from '../../runtime/options/connection-rows.ts'
import { formatOf, withApp } from '../app/app-connection.ts'
import { viewApp } from '../app/app-view.ts'
import { printStatus } from '../app/status-printer.ts'
import { statusOf } from '../app/status-view.ts'
import type { Command } from '../command.ts'

export const statusCommand: Command = {
  name: 'status',
  summary: 'show where an app stands, who holds its results back, and why',
  options: ['app', 'topic', 'key', 'max-hold', 'format', ...connectionOptions],
  examples: [
    'headcount status --app users',
    'headcount status --topic events --key uid --format jsonl'
  ],
  run: context =>
    withApp(context, async (cluster, record) => {
      const { stdout, stderr, signal, clock, options } = context
      const maxHoldMs = options.get('max-hold')
      stderr.status.show(`reading the marks of ${record.app}`)
      const view = await viewApp(cluster, record, clock.now(), signal, maxHoldMs).finally(() =>
        stderr.status.clear()
      )
      const status = statusOf(view, maxHoldMs)
      const format = formatOf(context)
      const text =
        format === 'jsonl' ? `${JSON.stringify(status)}\n` : printStatus(status, format, stdout)
      await stdout.write(text)
      return status.healthy ? 0 : 1
    })
}
