import type { RunFigures } from '../../ops/run-figures.ts'
import type { CommandContext } from '../command.ts'

/** What ends the serving of metrics. */
export interface MetricsPage {
  close(): Promise<void>
}

/**
 * Serves metrics where `--metrics-port` asks for it. The library behind it is loaded only then.
 *
 * @throws metrics-listen
 */
export async function openMetrics(
  { options, stderr, clock }: CommandContext,
  run: () => RunFigures
): Promise<MetricsPage | undefined> {
  const port = options.get('metrics-port')
  if (port === undefined) return undefined
  const { serveMetrics } = await import('../../ops/metrics-server.ts')
  const now = (): number => clock.now()
  const server = await serveMetrics({ port, host: options.get('metrics-host'), run, now })
  await stderr.line(`headcount: metrics on http://${server.address}/metrics`)
  return server
}
