import { assert } from './assert.ts'
import { limits } from './limits.ts'

/**
 * A partition of the input has one number for all stages, its *slot*: index of its topic × this + its
 * partition. Topics are only ever appended to an app's record, so a slot stands for the same partition
 * for as long as the app lives. Of the first topic, and of a file, slot and partition are the same.
 */
const SLOTS_PER_INPUT = limits.inputPartitionsMax

/** A topic that is counted, or was. */
export interface Input {
  readonly name: string
  /** A topic made again under the same name has another one. */
  readonly id: string
  readonly partitions: number
  /** How many of them were there when the app began; later ones are read from their beginning. */
  readonly begunWith: number
  /** Not counted any more: nobody reads it, and it holds no watermark. */
  readonly retired: boolean
  /** Deleted, as far as this instance knows: nobody can read it, but it holds the watermark. */
  readonly gone: boolean
}

/** The partition that a slot stands for. */
export interface InputPlace {
  readonly input: Input
  readonly partition: number
}

/** The topics of an app, and their partitions. Both may grow while they are counted. */
export class Inputs {
  private all: readonly Input[]
  private readonly listeners: (() => void)[] = []
  private readonly doubters: (() => void)[] = []

  constructor(inputs: readonly Input[]) {
    this.all = inputs
  }

  /** One topic that neither grows nor goes: an app's own. */
  static of(topic: Pick<Input, 'name' | 'id' | 'partitions'>): Inputs {
    const { name, id, partitions } = topic
    return new Inputs([
      { name, id, partitions, begunWith: partitions, retired: false, gone: false }
    ])
  }

  /** All that ever were, in the order of the record. */
  get list(): readonly Input[] {
    return this.all
  }

  /** Those that are counted, also while they are gone. */
  get active(): readonly Input[] {
    return this.all.filter(({ retired }) => !retired)
  }

  /** Those that can be read. */
  get readable(): readonly Input[] {
    return this.all.filter(({ retired, gone }) => !retired && !gone)
  }

  /** The slots of all partitions that can be read. */
  get slots(): readonly number[] {
    return this.all.flatMap(({ partitions, retired, gone }, index) =>
      retired || gone
        ? []
        : Array.from({ length: partitions }, (_, partition) => slotOf(index, partition))
    )
  }

  place(slot: number): InputPlace {
    const input = this.all[Math.floor(slot / SLOTS_PER_INPUT)]
    assert(input !== undefined, `slot ${slot} is a partition of the input`)
    return { input, partition: slot % SLOTS_PER_INPUT }
  }

  /** Whether somebody can, and shall, read it. */
  isReadable(slot: number): boolean {
    const { retired, gone } = this.place(slot).input
    return !retired && !gone
  }

  /** The slot of a partition of a topic that can be read. */
  slotOfId(id: string, partition: number): number | undefined {
    return this.find(partition, input => input.id === id)
  }

  /** By the topic's name, which may have stood for other topics before. */
  slotOfName(name: string, partition: number): number | undefined {
    return this.find(partition, input => input.name === name)
  }

  /** `<topic>-<partition>`, for reports. */
  label(slot: number): string {
    const { input, partition } = this.place(slot)
    return `${input.name}-${partition}`
  }

  /** For people; the topic only where there are several. */
  describe(slot: number): string {
    const { input, partition } = this.place(slot)
    return this.all.length > 1 ? `${input.name} partition ${partition}` : `partition ${partition}`
  }

  /** What is known from now on: topics are appended, never taken out. */
  update(inputs: readonly Input[]): void {
    const isKept = this.all.every(({ id }, index) => inputs[index]?.id === id)
    assert(isKept, 'a topic keeps its place among the inputs')
    const changed =
      inputs.length !== this.all.length ||
      inputs.some((input, index) => !isSame(input, this.all[index]!))
    this.all = inputs
    if (changed) for (const listener of this.listeners) listener()
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener)
  }

  /** Somebody met a sign that this is not how things are: whoever keeps it up to date looks now. */
  doubt(): void {
    for (const doubter of this.doubters) doubter()
  }

  onDoubt(listener: () => void): void {
    this.doubters.push(listener)
  }

  private find(partition: number, is: (input: Input) => boolean): number | undefined {
    const index = this.all.findIndex(input => !input.retired && !input.gone && is(input))
    const inRange = partition >= 0 && partition < SLOTS_PER_INPUT
    return index < 0 || !inRange ? undefined : slotOf(index, partition)
  }
}

function slotOf(index: number, partition: number): number {
  return index * SLOTS_PER_INPUT + partition
}

function isSame(left: Input, right: Input): boolean {
  const { partitions, retired, gone } = left
  return partitions === right.partitions && retired === right.retired && gone === right.gone
}
