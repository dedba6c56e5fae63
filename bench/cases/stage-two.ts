import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const RESTORED_MB = 100

/** Stage 2 alone, fed with prepared partials, in processes of their own: memory, state, commits. */
export function stageTwo(days: number, groups: number, megabytes = RESTORED_MB): void {
  console.log(`\nstage 2: ${days} days of 50 groups × 500 users a minute, 20,000 a day`)
  run('stage-two-days.ts', days)
  console.log(`\nstage 2: ${groups} groups × 100 users a minute over midnight, live`)
  run('stage-two-groups.ts', groups)
  console.log(
    `\nstage 2: restoring ${megabytes} MB of state after an hour of live traffic, without a broker`
  )
  run('stage-two-restore.ts', megabytes)
}

/** Restoring a task's state from its changelog on a broker, beside the same from memory. */
export function restore(bootstrap: string, megabytes = RESTORED_MB): void {
  console.log(`\nstage 2: restoring ${megabytes} MB of state after an hour of live traffic`)
  run('stage-two-restore.ts', megabytes, bootstrap)
}

function run(script: string, size: number, ...more: readonly string[]): void {
  const path = fileURLToPath(new URL(`../${script}`, import.meta.url))
  execFileSync(process.execPath, [path, String(size), ...more], { stdio: 'inherit' })
}
