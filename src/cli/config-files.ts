import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { failure } from '../core/errors.ts'
import { environmentLayer, fileLayer, type OptionLayer } from '../runtime/options/option-layer.ts'

const PROJECT_FILE = 'headcount.config.json'

/** Where configuration is looked for. */
export interface ConfigPlaces {
  readonly folder: string
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** `--config`: instead of the project file. */
  readonly named?: string | undefined
}

export function configPlaces(
  folder: string,
  env: NodeJS.ProcessEnv,
  named: string | undefined
): ConfigPlaces {
  return { folder, home: homedir(), env, named: named ?? (env.HEADCOUNT_CONFIG || undefined) }
}

/** The layers below the flags, strongest first: environment, `.env`, project file, user file. */
export function configLayers(places: ConfigPlaces): readonly OptionLayer[] {
  const dotenv = dotenvOf(places.folder)
  const layers = [environmentLayer('environment', places.env)]
  if (dotenv) layers.push(environmentLayer('dotenv', dotenv))
  const named = places.named ?? (dotenv?.HEADCOUNT_CONFIG || undefined)
  const project = named ? resolve(places.folder, named) : projectFileOf(places)
  if (project) layers.push(layerOf('project', project, places.folder))
  const user = userFileOf(places)
  if (existsSync(user)) layers.push(layerOf('user', user, places.folder))
  return layers
}

/**
 * The nearest project file, upward to the root of the git checkout or to the home folder. Outside
 * of both only the folder itself counts: a file in a shared folder above is somebody else's.
 */
export function projectFileOf({ folder, home }: ConfigPlaces): string | undefined {
  let found: string | undefined
  for (let at = resolve(folder), first = true; ; at = dirname(at), first = false) {
    const path = join(at, PROJECT_FILE)
    if (found === undefined && existsSync(path)) {
      if (first) return path
      found = path
    }
    if (at === home || existsSync(join(at, '.git'))) return found
    if (dirname(at) === at) return undefined
  }
}

function userFileOf({ home, env }: ConfigPlaces): string {
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'headcount', 'config.json')
}

function layerOf(kind: 'project' | 'user', path: string, folder: string): OptionLayer {
  const near = relative(folder, path)
  return fileLayer(kind, near.startsWith('..') ? path : near, read(path))
}

function dotenvOf(folder: string): Record<string, string | undefined> | undefined {
  const path = join(folder, '.env')
  return existsSync(path) ? parseEnv(read(path)) : undefined
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw failure('config-file', { path, problem: problemOf(error) }, error)
  }
}

function problemOf(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'there is no such file'
    case 'EISDIR':
      return 'it is a directory'
    case 'EACCES':
      return 'permission denied'
    default:
      return 'it cannot be read'
  }
}
