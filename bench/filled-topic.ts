import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const headcount = fileURLToPath(new URL('../bin/headcount.js', import.meta.url))
const LOGS = ['partials', 'windows', 'counts', 'rejects', 'control']

/** A topic of a benchmark. */
export interface BenchTopic {
  readonly name: string
  /** The name of an app that did not count it yet; its topics are taken away with this one. */
  readonly newApp: () => string
}

export interface TopicInput {
  readonly bootstrap: string
  readonly partitions: number
  /** Whose lines it gets, by user, uncompressed; none leaves it empty. */
  readonly file?: string
}

/** Makes and fills a topic, and takes it away again with the apps that counted it. */
export async function withTopic(
  { bootstrap, partitions, file }: TopicInput,
  work: (topic: BenchTopic) => Promise<void>
): Promise<void> {
  const run = (...args: string[]) =>
    execFileSync(process.execPath, [headcount, ...args, '--brokers', bootstrap], { stdio: 'pipe' })
  const name = `bench-${Date.now()}`
  const apps: string[] = []
  const newApp = (): string => {
    apps.push(`${name}-${apps.length}`)
    return apps.at(-1)!
  }
  run('topic', 'create', name, '--partitions', String(partitions))
  try {
    if (file) run('produce', '--topic', name, '--key', 'uid', '--compression', 'none', file)
    await work({ name, newApp })
  } finally {
    for (const topic of apps.flatMap(app => LOGS.map(log => `${app}-${log}`))) {
      run('topic', 'delete', topic, '--yes')
    }
    run('topic', 'delete', name, '--yes')
  }
}
