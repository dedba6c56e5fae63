import { measure, median, type Usage } from './measure.ts'

/** One way to do the job: a script with its arguments, and how to read its answer. */
export interface Contender {
  readonly name: string
  readonly script: string
  readonly args: readonly string[]
  /** What runs the script, if not this Node: a program with its own arguments. */
  readonly program?: readonly string[]
  /**
   * Proves the output right against the exact answer of the others (undefined for the first that
   * runs), and gives its own exact answer, if it has one. Throws when it is wrong.
   */
  readonly answer: (stdout: string, exact: string | undefined) => string | undefined
  readonly frames: number
}

export interface Row {
  readonly name: string
  readonly cpuPerMillion: number
  readonly wallSeconds: number
  readonly rssMB: number
}

/**
 * Runs the contenders in turn (A B A B …), proves their answers equal, and prints a table whose last
 * column is the ratio to the first: CPU seconds of the whole process per million frames.
 */
export async function compare(
  title: string,
  contenders: readonly Contender[],
  rounds: number
): Promise<readonly Row[]> {
  const usages = contenders.map((): Usage[] => [])
  let exact: string | undefined
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const usage = await measure(contender.script, contender.args, contender.program)
      usages[index]!.push(usage)
      exact ??= contender.answer(usage.stdout, undefined)
    }
  }
  for (const [index, contender] of contenders.entries()) {
    for (const { stdout } of usages[index]!) check(contender, stdout, exact)
  }
  const rows = contenders.map(({ name, frames }, index) => ({
    name,
    cpuPerMillion: (median(usages[index]!.map(usage => usage.cpuSeconds)) * 1e6) / frames,
    wallSeconds: median(usages[index]!.map(usage => usage.wallSeconds)),
    rssMB: Math.max(...usages[index]!.map(usage => usage.rssMB))
  }))
  print(title, rows, rounds)
  return rows
}

function check(contender: Contender, stdout: string, exact: string | undefined): void {
  const answer = contender.answer(stdout, exact)
  if (answer === undefined || answer === exact) return
  throw new Error(`${contender.name} answers differently:\n${answer}\ninstead of\n${exact}`)
}

function print(title: string, rows: readonly Row[], rounds: number): void {
  console.log(`\n${title} (median of ${rounds}, answers equal)`)
  console.log(
    `  ${'contender'.padEnd(42)}${'CPU-s/M'.padStart(9)}${'wall s'.padStart(9)}${'RSS MB'.padStart(8)}${'ratio'.padStart(8)}`
  )
  for (const { name, cpuPerMillion, wallSeconds, rssMB } of rows) {
    const ratio = cpuPerMillion / rows[0]!.cpuPerMillion
    console.log(
      `  ${name.padEnd(42)}${cpuPerMillion.toFixed(2).padStart(9)}${wallSeconds.toFixed(2).padStart(9)}` +
        `${rssMB.toFixed(0).padStart(8)}${`${ratio.toFixed(1)}×`.padStart(8)}`
    )
  }
}
