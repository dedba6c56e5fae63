import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PlannedCount, planFigures } from '../../src/cli/count/plan-figures.ts'
import { parsePlanInput, usersIn } from '../../src/cli/count/plan-input.ts'
import { planReport } from '../../src/cli/count/plan-report.ts'
import { sketchSize } from '../../src/cli/count/size-model.ts'
import { isFailure } from '../../src/core/errors.ts'
import { Random } from '../../src/core/random.ts'
import { sketchChunks } from '../../src/sketch/chunks.ts'
import { createSketch } from '../../src/sketch/create.ts'
import type { SketchKind } from '../../src/sketch/sketch.ts'
import { WindowPlan } from '../../src/window/plan.ts'

const DAY = 86_400_000

function planned(sizes: readonly string[], more: Partial<PlannedCount> = {}): PlannedCount {
  return {
    levels: new WindowPlan({ sizes }).levels,
    sketch: 'adaptive',
    precision: 14,
    emitEveryMs: 1_000,
    onlyFinal: false,
    tasks: 1,
    changelogBytesPerSecond: 6e6,
    ...more
  }
}

test('the model of sizes is within 25 % of real sketches', () => {
  const random = new Random(7)
  const word = (): number => random.uint32() | 0
  for (const kind of ['adaptive', 'exact', 'hll', 'ull'] satisfies SketchKind[]) {
    for (const precision of [10, 12, 14]) {
      for (const keys of [1, 10, 100, 250, 1_000, 4_000, 20_000]) {
        const sketch = createSketch(kind, precision)
        for (let i = 0; i < keys; i++) sketch.add(word(), word(), word(), word())
        const stored = sketchChunks(sketch).reduce((sum, bytes) => sum + bytes.length, 0)
        const model = sketchSize(kind, precision, keys)
        const what = `${kind} ${precision} ${keys}: ${JSON.stringify(model)}`
        assert.ok(Math.abs(model.stored / stored - 1) < 0.25, `${what}, stored ${stored}`)
        assert.ok(
          Math.abs(model.memory / sketch.memoryBytes - 1) < 0.25,
          `${what}, memory ${sketch.memoryBytes}`
        )
      }
    }
  }
})

test('groups and users are read, nobody comes twice unless it is said', () => {
  const { levels } = new WindowPlan({ sizes: ['1m', '1h', '1d'] })
  const input = parsePlanInput(['groups=50', 'users=500', '1d=20000'], levels)
  assert.equal(input.groups, 50)
  assert.equal(usersIn(input, 60_000), 500)
  assert.equal(usersIn(input, 600_000), 5_000)
  assert.equal(usersIn(input, 3_600_000), 20_000)
  assert.equal(usersIn(input, 31 * DAY), 30 * 20_000)
  assert.equal(parsePlanInput(['users=1'], levels).groups, 1)
})

test('what is no plan is refused with an example', () => {
  const { levels } = new WindowPlan({ sizes: ['1m', '1h'] })
  for (const items of [
    [],
    ['groups=5'],
    ['users'],
    ['users=0'],
    ['users=-1'],
    ['1w=5', 'users=1']
  ]) {
    assert.throws(
      () => parsePlanInput(items, levels),
      error => isFailure(error, 'option-value'),
      items.join()
    )
  }
})

test('state is what is kept: windows of each size, with their groups', () => {
  const count = planned(['1m', '1d'])
  const figures = planFigures(count, parsePlanInput(['groups=10', 'users=100'], count.levels))
  const [minutes, hours, days] = figures.levels
  assert.deepEqual(
    figures.levels.map(({ level }) => level.name),
    ['1m', '1h', '1d']
  )
  assert.equal(minutes!.windows, 10 * (2 * 1_440 + 1))
  assert.ok(minutes!.bytes > 366 && minutes!.bytes < 450, `${minutes!.bytes}`)
  assert.ok(hours!.windows < 10 * 40, 'hours are only kept for the day')
  assert.ok(days!.windows > 10 * 365 * 5)
  const sum = figures.levels.reduce((total, { stateBytes }) => total + stateBytes, 0)
  assert.equal(figures.stateBytes, sum)
})

test('commits come more rarely when the changed panes are more than the budget', () => {
  const input = parsePlanInput(['groups=10000', 'users=100'], planned(['1m']).levels)
  const roomy = planFigures(planned(['1m'], { tasks: 16 }), input)
  assert.equal(roomy.commitSeconds, 1)
  assert.ok(roomy.changelogPerSecond > 1e6 && roomy.changelogPerSecond < 6e6)
  const tight = planFigures(planned(['1m'], { changelogBytesPerSecond: 1e6 }), input)
  assert.ok(tight.commitSeconds > 1 && tight.commitSeconds <= 30)
  assert.ok(tight.changelogPerSecond <= 1e6)
  const hopeless = planFigures(planned(['1m'], { changelogBytesPerSecond: 1 }), input)
  assert.equal(hopeless.commitSeconds, 30)
})

test('without provisional results there is one record a window', () => {
  const count = planned(['1m'], { onlyFinal: true })
  const figures = planFigures(count, parsePlanInput(['groups=60', 'users=5'], count.levels))
  assert.equal(figures.resultsPerSecond * 86_400, figures.resultsPerDay)
  const loud = planFigures(planned(['1m']), parsePlanInput(['groups=60', 'users=5'], count.levels))
  assert.ok(loud.resultsPerSecond > 30 * figures.resultsPerSecond)
})

test('the report says what will not fit, and how to make it', () => {
  const terminal = { style: (_: unknown, text: string) => text } as never
  const count = planned(['1m', '1h'], { tasks: 16 })
  const input = parsePlanInput(['groups=10000', 'users=100'], count.levels)
  const text = planReport(count, input, planFigures(count, input), 1e12, terminal)
  assert.match(text, /^10 k groups, adaptive sketches of precision 14, at most:\n/)
  assert.match(text, /\n1m +2d +100 +\d+ B +29 M +\d+ GB\n/)
  assert.match(text, /\nstate +\d+ GB, \d+ GB in each of 16 tasks\n/)
  assert.match(text, /\nchangelog +\S+ MB\/s before compaction, with a commit every \d+s\n/)
  assert.ok(!text.includes('--max-state'))
  const small = planReport(count, input, planFigures(count, input), 1e8, terminal)
  assert.match(small, /more than --max-state \(100 MB\).*\nKeep fewer \(--keep 1h=…\)/)
})
