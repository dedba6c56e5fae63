import { addSizes, countedSizes, sizesBegunWith } from '../app/added-sizes.ts'
import {
  checkAsked,
  firstTopics,
  goneTopics,
  growRecord,
  type InputFindings
} from '../app/input-growth.ts'
import { topicOf } from '../app/names.ts'
import { type AppRecord, checkSameApp, createAppRecord } from '../app/record.ts'
import { type AppTopic, appTopics } from '../app/topics.ts'
import type { Cluster } from '../kafka/connection/cluster.ts'
import { TopicAdmin } from '../kafka/topic/topic-admin.ts'
import { ensureTopic } from '../kafka/topic/topic-ensure.ts'
import { type CountSettings, partialsPartitions, stateSettings } from '../runtime/settings.ts'
import type { WindowPlan } from '../window/plan.ts'
import type { InputFinder } from './input-finder.ts'
import { busyGroup } from './members.ts'
import type { StoredAppRecord } from './stored-record.ts'

interface SettleParts {
  readonly cluster: Cluster
  readonly app: string
  readonly control: StoredAppRecord
  readonly finder: InputFinder
  readonly settings: CountSettings
  readonly tell: (line: string) => void
}

/** The sizes that are asked for, as those that the app began with and those added since. */
export function planInForce({ plan }: CountSettings, record: AppRecord): WindowPlan {
  const begun = sizesBegunWith(record)
  const hasAll = begun.every(size => plan.asked.some(({ name }) => name === size))
  // With one that is missing it is another app, and refused as that.
  return hasAll && begun.length < plan.asked.length ? plan.begunWith(begun) : plan
}

/** Makes or checks the app's topics and its record; answers the one that holds, and what is gone of it. */
export async function settleApp(
  parts: SettleParts
): Promise<{ record: AppRecord; gone: ReadonlySet<string> }> {
  const { cluster, app, control, finder, settings } = parts
  const tasks = partialsPartitions(settings)
  const admin = new TopicAdmin(cluster)
  const topics = appTopics(tasks)
  const ensure = ({ log, ...topic }: AppTopic): Promise<unknown> =>
    ensureTopic(admin, { name: topicOf(app, log), ...topic })
  const first = (findings: InputFindings): AppRecord =>
    createAppRecord({
      app,
      partialsPartitions: tasks,
      settings: stateSettings(settings),
      topics: firstTopics(findings)
    })
  // An input that is not there leaves no topics behind.
  const isNew = (await admin.find(topicOf(app, 'control'))) === undefined
  if (isNew) first(await finder.findFirst(undefined))
  await Promise.all(topics.filter(({ log }) => log === 'control').map(ensure))
  // An app that is there already is compared first: with other settings its topics would not fit either.
  const known = await control.read()
  if (known) await compare(parts, known)
  await Promise.all(topics.filter(({ log }) => log !== 'control').map(ensure))
  const findings = await finder.findFirst(known)
  const asked = settings.plan.asked.map(({ name }) => name)
  const record = await control.settle(stored => {
    if (!stored) return first(findings)
    checkSame(parts, stored)
    checkAsked(stored, findings)
    return growRecord(addSizes(stored, asked), findings)
  })
  if (known) tellAdded(parts, known, record)
  return { record, gone: goneTopics(record, findings) }
}

/**
 * Refuses what would be another app, and more sizes while somebody counts without them: two that know
 * different sizes must not hand tasks over to each other. Throws `app-settings`, `group-busy`.
 */
async function compare(parts: SettleParts, known: AppRecord): Promise<void> {
  const { cluster, app, control, settings } = parts
  checkSame(parts, known)
  const asked = settings.plan.asked.map(({ name }) => name)
  if (addSizes(known, asked) === known) return
  const busy = await busyGroup(cluster, app)
  if (!busy) return
  // Whoever runs may be one of several that were started with the same new sizes.
  const now = await control.read()
  if (!now || addSizes(now, asked) !== now) throw busy
}

function checkSame({ app, settings }: SettleParts, stored: AppRecord): void {
  const plan = planInForce(settings, stored)
  const wanted = createAppRecord({
    ...stored,
    app,
    partialsPartitions: partialsPartitions(settings),
    settings: stateSettings({ ...settings, plan })
  })
  checkSameApp(stored, wanted)
}

function tellAdded({ app, tell }: SettleParts, before: AppRecord, now: AppRecord): void {
  const had = countedSizes(before)
  const more = countedSizes(now).filter(size => !had.includes(size))
  if (more.length === 0) return
  tell(
    `${more.join(', ')} ${more.length === 1 ? 'is' : 'are'} added to app ${app}: counted from the first window that is whole in what is kept`
  )
}
