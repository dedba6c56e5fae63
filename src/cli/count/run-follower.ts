import type { CountRun } from '../../runtime/count-run.ts'
import type { RunReport } from '../../runtime/report.ts'
import type { CommandContext } from '../command.ts'
import { boundGarbage } from '../garbage-bound.ts'
import { LiveTable } from './live-table.ts'
import { RateMeter } from './rate-meter.ts'
import type { ResultView } from './result-view.ts'
import { statusText } from './status-text.ts'

const TICK_MS = 250

/** Shows results as they come, and several times a second how it goes. */
export async function followRun(
  context: CommandContext,
  run: CountRun,
  view: ResultView
): Promise<void> {
  const { stderr } = context
  const status = new StatusLines(context, view)
  const timer = setInterval(() => {
    // By now every thread has loaded its code.
    if (run.report.framesRead > 0) boundGarbage()
    status.tick(run.report)
  }, TICK_MS)
  try {
    for await (const result of run) await view.show(result)
  } finally {
    clearInterval(timer)
    stderr.status.clear()
    status.tick(run.report)
    stderr.status.clear()
  }
  await view.end()
}

/** What stands below the results, and what is said once: notes and warnings. */
class StatusLines {
  private readonly context: CommandContext
  private readonly view: ResultView
  private readonly rate: RateMeter
  private readonly started: number
  private notesTold = 0
  private warningsTold = 0

  constructor(context: CommandContext, view: ResultView) {
    this.context = context
    this.view = view
    this.started = context.clock.now()
    this.rate = new RateMeter(this.started)
  }

  tick(report: RunReport): void {
    const { clock, stderr } = this.context
    this.tell(report)
    this.view.tick(report)
    // The live table has these lines below its rows.
    if (this.view instanceof LiveTable || report.framesRead === 0) return
    const now = clock.now()
    const perSecond = this.rate.observe(now, report.framesRead)
    stderr.status.show(...statusText(report, perSecond, now - this.started))
  }

  private tell({ notes, warnings }: RunReport): void {
    const { stderr } = this.context
    const listed = warnings.list()
    for (const note of notes.slice(this.notesTold)) void stderr.line(`headcount: ${note}`)
    for (const text of listed.slice(this.warningsTold)) {
      void stderr.line(`headcount: warning: ${text}`)
    }
    this.notesTold = notes.length
    this.warningsTold = listed.length
  }
}
