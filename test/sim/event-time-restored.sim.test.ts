import { test } from 'node:test'
import { checkHistories } from './event-time-check.ts'

test('stage 2 stopped and restored after every commit, the last results are the truth', () => {
  checkHistories(true)
})
