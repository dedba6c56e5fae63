import { type Accuracy, CONFIDENCES } from './point.ts'
import { theoreticalError } from './theory.ts'

const HEAD = [
  'kind',
  'precision',
  'parts',
  'keys',
  'runs',
  'rmse %',
  'theory %',
  'bias %',
  ...CONFIDENCES.map(confidence => `inside the ${confidence * 100} % interval %`)
]

/** One line per kind and point, shares in percent. */
export function accuracyCsv(rows: readonly Accuracy[]): string {
  const lines = rows.map(row => {
    const { kind, precision, parts, keys, runs, rmse, bias, coverage } = row
    const theory = theoreticalError(kind, precision, keys)
    const shares = [rmse, theory, bias].map(share => (share * 100).toPrecision(4))
    const held = coverage.map(share => (share * 100).toFixed(2))
    return [kind, precision, parts, keys, runs, ...shares, ...held].join(',')
  })
  return `${[HEAD.join(','), ...lines].join('\n')}\n`
}
