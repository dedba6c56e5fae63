import { failure } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { type CountSettings, partialsPartitions } from '../../runtime/settings.ts'
import type { CommandContext } from '../command.ts'
import { type PlannedCount, planFigures } from './plan-figures.ts'
import { parsePlanInput } from './plan-input.ts'
import { planReport } from './plan-report.ts'

/**
 * `count --plan`: what a count from a topic would need, without reading anything.
 *
 * @throws option-value, option-missing
 */
export async function printPlan(
  { options, stdout }: CommandContext,
  settings: CountSettings
): Promise<number> {
  const { plan, sketch, precision, emitEveryMs, provisional, maxStateBytes } = settings
  const input = parsePlanInput(options.get('plan') ?? [], plan.levels)
  const tasks = partialsPartitions(settings)
  if (input.groups > 1 && tasks === 1) {
    throw failure('option-missing', {
      option: '--by',
      purpose: 'more than one group',
      example: 'country'
    })
  }
  const count: PlannedCount = {
    levels: plan.levels,
    sketch,
    precision,
    emitEveryMs,
    onlyFinal: provisional === 'never',
    tasks,
    changelogBytesPerSecond: limits.stateBytesPerSecondMax
  }
  const figures = planFigures(count, input)
  await stdout.write(planReport(count, input, figures, maxStateBytes, stdout))
  return 0
}
