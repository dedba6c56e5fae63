import { isoInstant } from '../../app/instant.ts'
import { topicOf } from '../../app/names.ts'
import type { AppRecord } from '../../app/record.ts'
import { appTopics } from '../../app/topics.ts'
import {
  explainHolder,
  type Situation,
  situationsOf,
  type WatermarkHolder,
  watermarkHolder
} from '../../app/watermark-holder.ts'
import type { Cluster } from '../../kafka/connection/cluster.ts'
import type { GroupDescription } from '../../kafka/group/group-admin.ts'
import { LEASE_MS } from '../../merge/watermark.ts'
import { describeGroups, isRunning } from './app-groups.ts'
import { type InputView, type TaskView, viewInput, viewTasks } from './app-positions.ts'
import { offsetSpans } from './offset-spans.ts'
import { readInputMarks } from './stored-app.ts'

export interface OwnTopicView {
  readonly topic: string
  readonly partitions: number
  /** Offsets from the first one kept to the end: records at most. */
  readonly offsets: number
}

interface HolderView extends Omit<WatermarkHolder, 'clock' | 'owner'> {
  readonly clock: string | null
  readonly owner: string | null
}

/** Everything that the cluster tells about an app. Times are ISO 8601, null when unknown. */
export interface AppView {
  readonly app: string
  readonly running: boolean
  readonly record: AppRecord
  readonly topics: readonly OwnTopicView[]
  readonly input: readonly (InputView & { readonly situation: Situation })[]
  readonly tasks: readonly TaskView[]
  readonly watermark: {
    /** W2 of the first task of stage 2. */
    readonly time: string | null
    /** Null when every partition is idle, or nothing is known. */
    readonly holder: HolderView | null
    readonly explanation: string
  }
  readonly groups: readonly {
    readonly group: string
    readonly state: string
    readonly members: readonly {
      readonly id: string
      readonly client: string
      readonly host: string
      readonly partitions: Readonly<Record<string, readonly number[]>>
    }[]
  }[]
}

/** As `--max-hold` is unless said. */
const MAX_HOLD_MS = 600_000

/** Throws `app-record-foreign`, `topic-missing` when a topic of the app was deleted. */
export async function viewApp(
  cluster: Cluster,
  record: AppRecord,
  nowMs: number,
  signal: AbortSignal,
  maxHoldMs = MAX_HOLD_MS
): Promise<AppView> {
  const { app } = record
  const [marks, groups, topics] = await Promise.all([
    readInputMarks(cluster, app, signal),
    describeGroups(cluster, app),
    viewTopics(cluster, record)
  ])
  const [input, tasks] = await Promise.all([
    viewInput(cluster, record, groups.combine, marks),
    viewTasks(cluster, record, groups.merge)
  ])
  const limits = { leaseMs: LEASE_MS, maxHoldMs }
  const holder = watermarkHolder(input.standings, nowMs, limits)
  const situations = situationsOf(input.standings, nowMs, limits)
  return {
    app,
    running: isRunning(groups),
    record,
    topics,
    input: input.views.map((view, index) => ({ ...view, situation: situations[index]! })),
    tasks,
    watermark: {
      time: tasks[0]?.watermark ?? isoInstant(marks.watermark) ?? null,
      holder: holder ? viewHolder(holder) : null,
      explanation: explainHolder(holder)
    },
    groups: [groups.combine, groups.merge].map(viewGroup)
  }
}

function viewHolder(holder: WatermarkHolder): HolderView {
  return { ...holder, clock: isoInstant(holder.clock) ?? null, owner: holder.owner ?? null }
}

async function viewTopics(cluster: Cluster, record: AppRecord): Promise<readonly OwnTopicView[]> {
  const names = appTopics(record.partialsPartitions).map(({ log }) => topicOf(record.app, log))
  return Promise.all(
    names.map(async topic => {
      const spans = [...(await offsetSpans(cluster, topic)).values()]
      const offsets = spans.reduce((sum, { start, end }) => sum + end - start, 0)
      return { topic, partitions: spans.length, offsets }
    })
  )
}

function viewGroup({ group, state, members }: GroupDescription): AppView['groups'][number] {
  return {
    group,
    state,
    members: members.map(({ id, client, host, partitions }) => ({
      id,
      client,
      host,
      partitions: Object.fromEntries(partitions)
    }))
  }
}
