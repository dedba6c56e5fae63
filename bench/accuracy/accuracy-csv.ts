import { type Accuracy, CONFIDENCES } from './point.ts'
import { type StudiedKind, studiedKinds, theoreticalError } from './theory.ts'

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

/** The rows of such a file. Throws when it is another one. */
export function readAccuracyCsv(text: string): readonly Accuracy[] {
  const [head, ...lines] = text.trim().split('\n')
  if (head !== HEAD.join(',')) throw new Error(`not a table of accuracies: ${head}`)
  return lines.map(line => {
    const [kind, ...cells] = line.split(',')
    const [precision, parts, keys, runs, rmse, , bias, ...held] = cells.map(Number)
    return {
      kind: kind as StudiedKind,
      precision: precision!,
      parts: parts!,
      keys: keys!,
      runs: runs!,
      rmse: rmse! / 100,
      bias: bias! / 100,
      coverage: held.map(share => share / 100)
    }
  })
}

/** Old and new rows in one order; a point that was studied again has its new row. */
export function updatedRows(
  before: readonly Accuracy[],
  studied: readonly Accuracy[]
): readonly Accuracy[] {
  const name = ({ kind, precision, parts, keys }: Accuracy) =>
    `${kind} ${precision} ${parts} ${keys}`
  const again = new Set(studied.map(name))
  const order = (left: Accuracy, right: Accuracy) =>
    studiedKinds.indexOf(left.kind) - studiedKinds.indexOf(right.kind) ||
    left.precision - right.precision ||
    left.parts - right.parts ||
    left.keys - right.keys
  return [...before.filter(row => !again.has(name(row))), ...studied].sort(order)
}
