import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Pass, runRounds } from '../../../src/cli/bench/rounds.ts'

const still = { nowMs: () => 0, onLap: () => {} }

test('rounds come to an end by themselves where no time passes', async () => {
  let passes = 0
  const pass: Pass = note => {
    passes++
    note('a', 0)
  }
  const times = await runRounds([pass], { ...still, cpu: () => 0 })
  assert.deepEqual([...times], [['a', 0]])
  assert.ok(passes > 0 && passes < 100_000)
})

test('a part is the median of its rounds; the first one, still being compiled, is left out', async () => {
  let at = 0
  let round = 0
  const costs = [900_000, 30_000, 50_000, 40_000]
  const pass: Pass = note => {
    const cost = costs[round++] ?? 40_000
    at += cost
    note('a', cost)
  }
  const times = await runRounds([pass], { ...still, cpu: () => at })
  assert.equal(times.get('a'), 40_000)
})

test('one round is made whatever it takes, and no second one when the time is up', async () => {
  let now = 0
  let at = 0
  const rounds: number[] = []
  const pass: Pass = note => {
    now += 60_000
    at += 60e6
    note('a', 60e6)
  }
  const parts = { nowMs: () => now, cpu: () => at, onLap: (round: number) => rounds.push(round) }
  const times = await runRounds([pass], parts)
  assert.deepEqual([rounds, times.get('a')], [[1], 60e6])
})

test('short passes are measured several at a time', async () => {
  let at = 0
  let passes = 0
  const pass: Pass = note => {
    passes++
    at += 100
    note('a', 100)
  }
  const times = await runRounds([pass], { ...still, cpu: () => at })
  assert.equal(times.get('a'), 100)
  assert.ok(passes >= 200)
})
