import { isoInstant } from '../../app/instant.ts'
import { combineGroup, mergeGroup, topicOf } from '../../app/names.ts'
import type { AppRecord } from '../../app/record.ts'
import type { PartitionStanding } from '../../app/watermark-holder.ts'
import type { MarkState } from '../../combine/mark.ts'
import { isFailure } from '../../core/errors.ts'
import type { Cluster } from '../../kafka/connection/cluster.ts'
import { GroupAdmin, type GroupDescription } from '../../kafka/group/group-admin.ts'
import type { InputMarks } from '../../merge/input-marks.ts'
import { decodeHint } from '../../runtime/alignment-hint.ts'
import { ownerOf } from './app-groups.ts'
import { type OffsetSpan, offsetSpans } from './offset-spans.ts'

/** An input partition: how far it is, and what time it is there. */
export interface InputView {
  readonly topic: string
  readonly partition: number
  /** Stored offset of the consumer group. */
  readonly committed: number | null
  /** Where the newest mark that follows on all before it ends: the truth about the position. */
  readonly marked: number | null
  readonly end: number
  /** Records, or less, that are still to be read. */
  readonly lag: number
  readonly clock: string | null
  /** Event time that it is behind the furthest of the partitions, in ms. */
  readonly behindMs: number | null
  readonly state: MarkState | null
  /** When the mark was written. */
  readonly markedAt: string | null
  readonly owner: string | null
  /** What is not as it should be. */
  readonly trouble: string | null
}

/** A task of stage 2. */
export interface TaskView {
  readonly partition: number
  /** Stored offset in the partials. */
  readonly position: number | null
  readonly end: number
  readonly lag: number
  readonly commit: number | null
  /** W2 when it committed last. */
  readonly watermark: string | null
  /** Bytes of its state, as it said then. */
  readonly stateBytes: number | null
  readonly owner: string | null
}

export async function viewInput(
  cluster: Cluster,
  record: AppRecord,
  group: GroupDescription,
  marks: InputMarks
): Promise<{ views: readonly InputView[]; standings: readonly PartitionStanding[] }> {
  const parts = await Promise.all(
    record.topics
      .filter(({ retired }) => !retired)
      .map(topic => viewInputTopic(cluster, record.app, topic, group, marks))
  )
  const standings = parts.flatMap(part => part.map(({ standing }) => standing))
  const furthest = Math.max(...standings.map(({ clock }) => clock))
  const views = parts.flatMap(part =>
    part.map(({ view, standing: { clock } }) => ({
      ...view,
      behindMs: Number.isFinite(clock) ? furthest - clock : null
    }))
  )
  return { views, standings }
}

type InputStanding = { view: Omit<InputView, 'behindMs'>; standing: PartitionStanding }

async function viewInputTopic(
  cluster: Cluster,
  app: string,
  topic: AppRecord['topics'][number],
  group: GroupDescription,
  marks: InputMarks
): Promise<InputStanding[]> {
  const { name, id } = topic
  const found = await knownTopic(cluster, topic)
  const admin = new GroupAdmin(cluster)
  const committed = await admin.offsets(combineGroup(app), name, [...found.spans.keys()])
  return [...found.spans].map(([partition, { start, end }]) => {
    const view = marks.view(id, partition)
    const stored = committed.get(partition)?.offset
    const marked = view?.mark.range.to
    const owner = ownerOf(group, name, partition)
    const { state, clock = Number.NEGATIVE_INFINITY } = view?.mark ?? {}
    const refused = view?.refused?.from
    const trouble = found.trouble ?? troubleOf({ stored, marked, start, end, owner, refused })
    return {
      view: {
        topic: name,
        partition,
        committed: stored ?? null,
        marked: marked ?? null,
        end,
        lag: Math.max(0, end - (stored ?? marked ?? start)),
        clock: isoInstant(clock) ?? null,
        state: state ?? null,
        markedAt: (view && isoInstant(view.writtenAt)) ?? null,
        owner: owner ?? null,
        trouble: trouble ?? null
      },
      standing: {
        topic: name,
        partition,
        state,
        writtenAt: view?.writtenAt ?? 0,
        clock,
        owner,
        gone: found.gone
      }
    }
  })
}

/** A topic that is gone has the partitions of the record, and nothing in them. */
async function knownTopic(
  cluster: Cluster,
  { name, id, partitions }: AppRecord['topics'][number]
): Promise<{ spans: ReadonlyMap<number, OffsetSpan>; gone: boolean; trouble?: string }> {
  try {
    const spans = await offsetSpans(cluster, name)
    if ((await cluster.topic(name)).id === id) return { spans, gone: false }
    const trouble = 'the topic was made again since: see app accept-topic'
    return { spans, gone: true, trouble }
  } catch (error) {
    if (!isFailure(error, 'topic-missing')) throw error
    const nothing = { start: 0, end: 0 }
    const spans = new Map(Array.from({ length: partitions }, (_, index) => [index, nothing]))
    return { spans, gone: true, trouble: 'the topic is gone: see app retire-topic' }
  }
}

interface Standing {
  readonly stored: number | undefined
  readonly marked: number | undefined
  readonly start: number
  readonly end: number
  readonly owner: string | undefined
  /** Where a flush began that does not go on from the mark. */
  readonly refused: number | undefined
}

function troubleOf({ stored, marked, start, end, owner, refused }: Standing): string | undefined {
  const position = stored ?? marked
  if (position !== undefined && position < start) return `offsets before ${start} are gone`
  if (position !== undefined && position > end) return `the topic ends at ${end}, before it`
  if (marked === undefined) return undefined
  if (refused !== undefined) return `a flush from ${refused} does not go on at ${marked}`
  if (stored === undefined) return 'no stored offset: a start goes on at the mark'
  // While somebody counts, the offset was read a moment later than the mark.
  if (owner !== undefined || stored === marked) return undefined
  return 'the stored offset is not where the mark ends: see app resume'
}

export async function viewTasks(
  cluster: Cluster,
  { app }: AppRecord,
  group: GroupDescription
): Promise<readonly TaskView[]> {
  const topic = topicOf(app, 'partials')
  const spans = await offsetSpans(cluster, topic)
  const stored = await new GroupAdmin(cluster).offsets(mergeGroup(app), topic, [...spans.keys()])
  return [...spans].map(([partition, { start, end }]) => {
    const position = stored.get(partition)
    const hint = decodeHint(position?.metadata ?? '')
    return {
      partition,
      position: position?.offset ?? null,
      end,
      lag: Math.max(0, end - Math.max(start, position?.offset ?? 0)),
      commit: hint?.commit ?? null,
      watermark: (hint && isoInstant(hint.watermark)) ?? null,
      stateBytes: hint?.stateBytes ?? null,
      owner: ownerOf(group, topic, partition) ?? null
    }
  })
}
