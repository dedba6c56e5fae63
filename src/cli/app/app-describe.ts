import { connectionOptions } from '../../runtime/options/connection-rows.ts'
import type { Command } from '../command.ts'
import { formatOf, withApp } from './app-connection.ts'
import { printView } from './app-printer.ts'
import { viewApp } from './app-view.ts'

export const appDescribe: Command = {
  name: 'describe',
  summary: 'show what an app counts, where it stands, and who holds its watermark',
  options: ['app', 'topic', 'key', 'format', ...connectionOptions],
  examples: [
    'headcount app describe --topic events --key uid',
    'headcount app describe --app users --format jsonl'
  ],
  run: context =>
    withApp(context, async (cluster, record) => {
      const { stdout, stderr, signal, clock } = context
      stderr.status.show(`reading the marks of ${record.app}`)
      const view = await viewApp(cluster, record, clock.now(), signal).finally(() =>
        stderr.status.clear()
      )
      const format = formatOf(context)
      const text =
        format === 'jsonl' ? `${JSON.stringify(view)}\n` : printView(view, format, stdout)
      await stdout.write(text)
      return 0
    })
}
