import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import type { Membership } from '../../src/port/log.ts'

/** A consumer group under test: members of one group over a topic of three partitions. */
export interface GroupUnderTest {
  member(): Membership
  close(): Promise<void>
}

const ascending = (left: number, right: number): number => left - right

/** What every `Membership` promises to one member after another. */
export function membershipConformance(name: string, open: () => Promise<GroupUnderTest>): void {
  test(`${name}: a single member owns everything, and offsets outlive it`, async () => {
    const group = await open()
    try {
      const first = group.member()
      assert.deepEqual((await first.join()).toSorted(ascending), [0, 1, 2])
      assert.equal(await first.committed(1), undefined)
      await first.commit(new Map([[1, { offset: 42, metadata: 'AQEB' }]]))
      await first.commit(new Map([[2, { offset: 7, metadata: '' }]]))
      await first.commit(new Map([[1, { offset: 50, metadata: 'AQEC' }]]))
      await first.leave()
      const second = group.member()
      assert.deepEqual((await second.join()).toSorted(ascending), [0, 1, 2])
      const stored = await second.committed(1)
      assert.deepEqual([stored?.offset, stored?.metadata], [50, 'AQEC'])
      assert.equal((await second.committed(2))?.offset, 7)
      assert.equal(await second.committed(0), undefined)
      await second.leave()
    } finally {
      await group.close()
    }
  })

  test(`${name}: who is no member stores nothing`, async () => {
    const group = await open()
    try {
      const member = group.member()
      const commit = () => member.commit(new Map([[0, { offset: 1, metadata: '' }]]))
      await assert.rejects(commit(), error => isFailure(error, 'group-lost'))
      await member.join()
      await commit()
      await member.leave()
      await assert.rejects(commit(), error => isFailure(error, 'group-lost'))
    } finally {
      await group.close()
    }
  })
}
