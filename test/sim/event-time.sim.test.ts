import { test } from 'node:test'
import { checkHistories } from './event-time-check.ts'

test('however frames come and whatever happens on the way, the last results are the truth', () => {
  checkHistories(false)
})
