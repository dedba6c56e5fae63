import { systemClock } from '../host/system-clock.ts'
import { flagLayer, misspeltVariables, type OptionLayer } from '../runtime/options/option-layer.ts'
import { resolveOptions } from '../runtime/options/resolve-options.ts'
import { secretTexts } from '../runtime/options/secrets.ts'
import type { Command } from './command.ts'
import { optionsOf, parseCommandLine } from './command-parser.ts'
import { configLayers, configPlaces } from './config-files.ts'
import type { Program } from './program.ts'

/** Parses, resolves and runs one command, or prints its help. */
export async function runCommand(
  path: string,
  command: Command,
  argv: readonly string[],
  program: Program
): Promise<number> {
  const line = parseCommandLine(path, command, argv)
  if (line.help) {
    const { commandHelp } = await import('./command-help.ts')
    await program.stdout.write(commandHelp(path, command, program.stdout))
    return 0
  }
  const flags = flagLayer(line.flags)
  program.secrets = secretTexts([flags])
  const folder = process.cwd()
  const named = line.flags.get('config')?.at(-1)
  const layers: readonly OptionLayer[] = [
    flags,
    ...configLayers(configPlaces(folder, process.env, named))
  ]
  program.secrets = secretTexts(layers)
  const options = resolveOptions(optionsOf(command), layers)
  program.debug = options.get('debug')
  for (const [variable, meant] of misspeltVariables(process.env)) {
    await program.stderr.line(`headcount: ${variable} is no option; did you mean ${meant}?`)
  }
  return command.run({
    options,
    layers,
    args: line.args,
    rest: line.rest,
    stdin: process.stdin,
    stdout: program.stdout,
    stderr: program.stderr,
    signal: program.signal,
    env: process.env,
    folder,
    clock: systemClock
  })
}
