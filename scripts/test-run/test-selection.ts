import { globSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { projectRoot } from '../gate/tree.ts'

/** Which tests are asked for; without arguments all of them, and the benches at their small size. */
export interface Selection {
  readonly unit: readonly string[]
  /** Thousands of random histories each: long, and alone in their layer. */
  readonly simulation: readonly string[]
  readonly integration: readonly string[]
  readonly benches: boolean
}

/**
 * `npm test -- watermark` runs the files whose path contains `watermark`; `--unit`,
 * `--simulation` and `--integration` leave the other layers out.
 */
export function selectTests(args: readonly string[], files: readonly string[]): Selection {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      unit: { type: 'boolean' },
      simulation: { type: 'boolean' },
      integration: { type: 'boolean' }
    }
  })
  const wanted = files.filter(
    file => positionals.length === 0 || positionals.some(part => file.includes(part))
  )
  const isIntegration = (file: string): boolean => file.startsWith('test/integration/')
  const isSimulation = (file: string): boolean => file.startsWith('test/sim/')
  const isUnit = (file: string): boolean => !isIntegration(file) && !isSimulation(file)
  const all = !values.unit && !values.simulation && !values.integration
  return {
    unit: all || values.unit ? wanted.filter(isUnit) : [],
    simulation: all || values.simulation ? wanted.filter(isSimulation) : [],
    integration: all || values.integration ? wanted.filter(isIntegration) : [],
    benches: all && positionals.length === 0
  }
}

export function testFiles(): string[] {
  const found = globSync('test/**/*.test.ts', { cwd: projectRoot })
  return found.map(file => file.replaceAll('\\', '/')).sort()
}
